"""Literals are data, calls are SQL, and types are checked as far as the spec knows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.sql.lexer import Kind, tokenize
from dbt_batch_ops.sql.literals import LiteralError, check_literal, quote_string
from dbt_batch_ops.sql.types import parse_type
from dbt_batch_ops.sql.values import LiteralValue, SqlValue, ValueFormError, classify, looks_like_sql


@pytest.mark.parametrize(
    "text", ["NOW()", "now()", "CURRENT_USER_ID()", "app.f(a, 'b)')", "f(g(1), (2))", ":p", "f( )"]
)
def test_a_call_or_a_parameter_is_sql(text: str) -> None:
    assert classify(text) == SqlValue(text, outright=False)


@pytest.mark.parametrize(
    "text",
    [
        "active",
        "Deactivated (by hand)",
        "NOW() - 1",
        "f(1) + f(2)",
        "f(1",
        "(a)",
        "now",
        ": p",
        ":-)",
        "a.b.c(1)",
        "f(1);",
    ],
)
def test_anything_else_is_a_literal(text: str) -> None:
    assert classify(text) == LiteralValue(text, outright=False)


def test_a_mapping_says_outright_what_a_value_is() -> None:
    assert classify({"sql": "a + 1"}) == SqlValue("a + 1", outright=True)
    assert classify({"value": "NOW()"}) == LiteralValue("NOW()", outright=True)
    for other in ({}, {"sql": 1}, {"sql": "a", "value": "b"}, {"x": 1}):
        with pytest.raises(ValueFormError):
            classify(other)


@pytest.mark.parametrize(
    ("text", "suspicious"),
    [
        ("credits + 1", True),
        ("price*1.1", False),
        ("NOW() - INTERVAL '1 day'", True),
        ("CURRENT_TIMESTAMP", True),
        ("CASE WHEN a THEN b END", True),
        ("SELECT 1", True),
        ("lower(email) || 'x'", True),
        ("status", True),
        ("a::text", True),
        (":name and more", True),
        ("active", False),
        ("user", False),
        ("2.0", False),
        ("one-two", False),
        ("It's fine", False),
        ("a, b and c", False),
        ("Deactivated (by hand)", False),
        ("50% off", False),
        ("<b>bold</b>", False),
        ("http://example.com/?a=b", False),
    ],
)
def test_a_literal_that_looks_like_sql_is_noticed(text: str, suspicious: bool) -> None:
    assert looks_like_sql(text, ["id", "status", "email", "credits"]) is suspicious


@given(st.text())
def test_a_quoted_literal_is_one_string_token_whatever_is_in_it(text: str) -> None:
    (token,) = tokenize(quote_string(text))
    assert token.kind is Kind.STRING
    assert "\n" not in token.text
    body = unescaped(token.text[2:-1]) if token.text.startswith("E") else token.text[1:-1]
    assert body.replace("''", "'") == text


def unescaped(body: str) -> str:
    """What an ``E''`` string holds."""
    meaning = {"n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(r"\\(.)", lambda escape: meaning[escape[1]], body)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("string", "text"),
        ("text", "text"),
        ("varchar(10)", "character varying"),
        ("character varying", "character varying"),
        ("char(2)", "bpchar"),
        ("int", "integer"),
        ("INTEGER", "integer"),
        ("bigint", "bigint"),
        ("smallint", "smallint"),
        ("decimal(10, 2)", "numeric"),
        ("numeric(5,-2)", "numeric"),
        ("float", "double precision"),
        ("double", "double precision"),
        ("double precision", "double precision"),
        ("real", "real"),
        ("bool", "boolean"),
        ("uuid[]", "uuid[]"),
        ("text[][]", "text[]"),
        ("int[3]", "integer[]"),
        ("timestamp", "timestamp without time zone"),
        ("timestamp(3) with time zone", "timestamp with time zone"),
        ("timestamptz", "timestamp with time zone"),
        ("time", "time without time zone"),
        ("interval", "interval"),
        ("jsonb", "jsonb"),
        ("bytea", "bytea"),
        ("app.mood", "app.mood"),
        ('"My App"."Mood"[]', '"My App"."Mood"[]'),
    ],
)
def test_a_type_gets_its_full_name_without_length(text: str, name: str) -> None:
    assert str(parse_type(text)) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("intger", "did you mean 'integer'?"),
        ("strng", "did you mean 'string'?"),
        ("mood", "write a type of your own with its schema, as 'public.mood'"),
        ("uuid(3)", "takes no length or precision"),
        ("uuid[", "is not a type"),
        ("text; drop", "is not a type"),
        ("a.b.c", "is not a type"),
        ("", "is not a type"),
        ("text) or (true", "is not a type"),
        ("app.mood); drop table x --", "is not a type"),
    ],
)
def test_an_unknown_type_is_refused_with_the_nearest(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="type") as refused:
        parse_type(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("integer", [1, "-5", -(2**31)], ["x", 1.5, True, 2**31, "1;", "٣", ""]),
        ("smallint", [32767], [32768]),
        ("bigint", [2**63 - 1], [2**63]),
        ("numeric", [1, 1.5, "1e5", "NaN"], ["x", True, "1,5"]),
        ("boolean", [True, "yes", "f"], ["maybe", 1]),
        ("uuid", ["6f9619ff-8b86-d011-b42d-00c04fc964ff"], ["x", 1, "6f9619ff"]),
        ("date", ["2024-01-31", "today", "infinity"], ["soon", 1, True]),
        ("timestamptz", ["2024-01-31 12:00+02", "now"], ["later"]),
        ("text", ["x", 1, True], [["x"], {"a": 1}]),
        ("text[]", [["a", None], []], ["a", [["a"]]]),
        ("integer[][]", [[[1, 2], [3]]], [[["x"]]]),
        ("jsonb", [{"a": [1]}, "x", 1, None], []),
        ("app.mood", ["happy"], [["happy"]]),
    ],
)
def test_a_value_is_checked_against_its_type(type_: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        check_literal(value, parse_type(type_))
    for value in bad:
        with pytest.raises(LiteralError):
            check_literal(value, parse_type(type_))


@pytest.mark.parametrize(
    ("column", "written", "sql"),
    [
        ("status", "active", "status = 'active'"),
        ("status", '"O\'Neil; -- \\\\ $$"', "status = E'O''Neil; -- \\\\ $$'"),
        ("status", "007", "status = '007'"),
        ("status", "1.50", "status = '1.50'"),
        ("status", "true", "status = 'true'"),
        ("status", '"2.0"', "status = '2.0'"),
        ("status", "~", "status = null"),
        ("credits", "5", "credits = 5"),
        ("credits", '"5"', "credits = 5"),
        ("credits", "0x10", "credits = 16"),
        ("is_admin", "true", "is_admin = true"),
        ("is_admin", "yes", "is_admin = 'yes'"),
        ("tags", "[]", "tags = '{}'::text[]"),
        ("tags", "[a, 'b,c', 1, null]", 'tags = \'{"a","b,c","1",NULL}\'::text[]'),
        ("settings", "{value: {a: [1, null]}}", "settings = '{\"a\": [1, null]}'"),
        ("settings", "'{\"a\": 1}'", "settings = '{\"a\": 1}'"),
        ("settings", "plain text", "settings = '\"plain text\"'"),
        ("settings", "5", "settings = '5'"),
        ("created_on", "2024-01-31", "created_on = '2024-01-31'"),
    ],
)
def test_a_literal_is_printed_for_its_column(
    column: str,
    written: str,
    sql: str,
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
    statements: Callable[..., dict[str, Any]],
) -> None:
    made = statements(plan(user(f"operation_type: update\nupdate_data:\n  {column}: {written}")))
    assert f"    {sql}\nwhere\n" in made["apply"]
