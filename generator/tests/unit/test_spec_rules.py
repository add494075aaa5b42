"""Durations, relations, keys and names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render.files import render
from dbt_batch_ops.spec.durations import parse_duration
from dbt_batch_ops.spec.names import operation_name_problem
from dbt_batch_ops.spec.relation import Relation, parse_relation


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 minutes", 1800),
        ("1 minute", 60),
        ("90s", 90),
        ("2 Hours", 7200),
        ("1 hour 30 minutes", 5400),
        ("1h30m", 5400),
        ("1 day, 1 second", 86401),
        (" 5 min ", 300),
    ],
)
def test_a_duration_is_a_number_with_a_unit(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "30", "minutes", "30 fortnights", "-5 minutes", "1.5 hours", "0 seconds", "9999 days", "5 s x"],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"minutes|year"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("users", Relation("table", ("users",))),
        ("app.users", Relation("table", ("app", "users"))),
        ('"My App"."users.2"', Relation("table", ("My App", "users.2"))),
        ("App.Users", Relation("table", ("App", "Users"))),
        ("source('app', 'users')", Relation("source", ("app", "users"))),
        ('source( "app","users" )', Relation("source", ("app", "users"))),
        ("ref('dim_user')", Relation("ref", ("dim_user",))),
    ],
)
def test_a_relation_is_a_table_a_source_or_a_model(text: str, relation: Relation) -> None:
    assert parse_relation(text) == relation


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        "source('a')",
        "ref(a)",
        "ref('a', 'b')",
        "source('a', \"b')",
        "a b",
        "x'); drop",
        "{{ ref('a') }}",
        "ref('a') }}",
        "ref('a\\'b')",
    ],
)
def test_what_is_no_relation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be one of"):
        parse_relation(text)


@pytest.mark.parametrize(
    ("relation", "expression"),
    [
        ("", 'dbt_batch_ops.target_relation("user")'),
        ("relation: users\n", 'dbt_batch_ops.target_relation("users")'),
        ("relation: app.users\n", 'dbt_batch_ops.target_relation("users", schema="app")'),
        ('relation: \'"a""b".users\'\n', 'dbt_batch_ops.target_relation("users", schema="a\\"b")'),
        ("relation: source('app', 'users')\n", "source('app', 'users')"),
        ('relation: ref("users")\n', "ref('users')"),
    ],
)
def test_the_target_is_an_expression_that_dbt_resolves(
    relation: str, expression: str, plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    macro = render([plan(user("operation_type: delete\nwhere_condition: is_admin", relation))])[0].text
    assert f'"target": {expression},\n' in macro


@pytest.mark.parametrize(
    ("header", "column"),
    [("key: email\n", "email"), ("key: [id, email]\n", "email"), ("key: [id, email]\n", "id"), ("", "id")],
)
def test_the_key_cannot_be_set(
    header: str, column: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    (message,) = diagnose(user(f"operation_type: update\nupdate_data: {{{column}: x}}", header))
    assert f"'{column}' cannot be set" in message


def test_id_can_be_set_when_another_column_is_the_key(
    diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    new = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    assert diagnose(user(f"operation_type: update\nupdate_data: {{id: {new}}}", "key: email\n")) == []


@pytest.mark.parametrize("name", ["a", "_a", "a1", "bulk_update_user_status", "run_all", "a" * 63])
def test_an_operation_may_be_called_like_a_macro(name: str) -> None:
    assert operation_name_problem(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A",
        "1a",
        "a-b",
        "a b",
        "ä",
        "run",
        "ref",
        "source",
        "var",
        "hash",
        "not_null",
        "default__a",
        "a__statements",
        "a\n",
        "a" * 64,
    ],
)
def test_an_operation_may_not_be_called_like_something_of_dbt(name: str) -> None:
    assert operation_name_problem(name)
