"""An expression computes a value and can do nothing else, and keeps the user's text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.sql.expression import parse_expression
from dbt_batch_ops.sql.lexer import Kind, SqlError, tokenize

ACCEPTED = [
    "status = 'active'",
    "status = 'it''s'",
    r"status = E'it\'s; -- /* '",
    "status = U&'\\0041'",
    "status = 'over' \n 'lines'",
    "status = $$ ; ) ' $$",
    "status = $tag$ $$ ; $tag$",
    "status = 'x' -- ; )",
    "/* ; ) /* nested */ ' */ status = 'x'",
    "credits BETWEEN 1 AND 5 AND status IS NOT NULL",
    "credits::text || 'x' = 'y'",
    "created_on > CURRENT_DATE - INTERVAL '1 day'",
    "tags @> ARRAY['a'] AND tags[1] = 'b' AND tags[1 : 2] <> '{}'",
    "settings ->> 'a' = 'b' AND settings ? 'c' AND settings @> '{}'",
    "EXISTS (SELECT 1 FROM orders AS o WHERE o.user_id = id)",
    "credits IN (SELECT amount FROM orders GROUP BY amount HAVING count(*) > 1)",
    "CASE WHEN is_admin THEN true ELSE false END",
    "(credits, status) IN ((1, 'a'), (2, 'b'))",
    "app.is_special(id)",
    "lower(email) SIMILAR TO '%x%' ESCAPE '!'",
    "email COLLATE \"C\" < 'a'",
    "updated_at AT TIME ZONE 'UTC' < LOCALTIMESTAMP",
    "credits = ANY(ARRAY[1, 2]) AND credits <> ALL(ARRAY[3])",
    "credits IS DISTINCT FROM 1",
]

REFUSED = [
    "1=1) or (1=1",
    "(1=1",
    "(1=1]",
    "true; drop table users",
    "true;",
    "true /*",
    "true /* /* */",
    "'",
    "status = 'x",
    r"status = E'x\'",
    '"status',
    "$$",
    "$a$ $b$",
    "$1 = 1",
    "",
    "  ",
    "-- nothing",
    "SELECT true",
    "true, false",
    "true AS x",
    "true ORDER BY id",
    "true LIMIT 1",
    "true UNION SELECT true",
    "true RETURNING id",
    "(WITH d AS (DELETE FROM users RETURNING 1) SELECT true)",
    "(WITH d AS (INSERT INTO users VALUES (1) RETURNING 1) SELECT true)",
    "(WITH d AS (UPDATE users SET id = 1 RETURNING 1) SELECT true)",
    "EXISTS (SELECT 1 INTO copy FROM users)",
    "EXISTS (SELECT 1 FROM users FOR UPDATE)",
    "count(*) > 1",
    "max(credits) > 1",
    "row_number() OVER () = 1",
    "*",
    "users.*",
    "users.status = 'x'",
    "status = ?",
    "status = %s",
    "status = @x",
    "created_on = CURRENT_DATE()",
    "status = :x$$a$$",
    "status = :x'a'",
    "status = 'a':x",
    'status = :x"a"',
    "credits = 1:x",
    "status =",
    "= 1",
    "status status",
    "status = 'x'\r-- hidden",
    "status = 'x'\x0c",
    "status = 'x'\u00a0",
    "status = \\x",
    "tags[:n] = 'x'",
    "tags[1:n] = 'x'",
    ":x(1)",
    ":x.y.z = 1",
    "status = :1",
    "(SELECT 1 FROM :t) = 1",
    "status COLLATE :c = 'x'",
    "CAST(status AS :t) = 'x'",
    "now() - INTERVAL :i < now()",
    "(" * 500 + "true" + ")" * 500,
]


@pytest.mark.parametrize("sql", ACCEPTED)
def test_an_expression_is_accepted_and_printed_as_it_is_written(
    sql: str,
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
    statements: Callable[..., dict[str, Any]],
) -> None:
    lines = "".join(f"\n  {line}" for line in sql.split("\n"))
    made = statements(plan(user(f"operation_type: delete\nwhere_condition: |2{lines}")))
    squeezed = " ".join(sql.split())
    assert squeezed in " ".join(made["where"].split())
    assert squeezed in " ".join(made["apply"].split())


@pytest.mark.parametrize("sql", REFUSED, ids=lambda sql: sql[:40])
def test_what_is_not_one_harmless_expression_is_refused(sql: str) -> None:
    with pytest.raises(SqlError) as refused:
        parse_expression(sql)
    assert 0 <= refused.value.offset <= len(sql)
    assert "\n" not in refused.value.message


def test_a_long_condition_does_not_exhaust_the_stack() -> None:
    terms = 3000
    assert len(parse_expression(" AND ".join(["credits > 0"] * terms)).columns) == terms


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        (":a = :b", [":a", ":b"]),
        ("':a' || \":b\" || $$:c$$ || $t$ :d $t$ /* :e */ -- :f", []),
        ("a::text = b :: date", []),
        ("f(a := 1, b => :c)", [":c"]),
        ("ARRAY[:a, :b]", [":a", ":b"]),
        (r"E'\':a' || :b", [":b"]),
        ("a$b$c = :d", [":d"]),
        (":a::text", [":a"]),
        ("CASE WHEN x THEN:a ELSE:b END", [":a", ":b"]),
    ],
)
def test_a_parameter_is_found_only_where_it_is_one(sql: str, parameters: list[str]) -> None:
    assert [token.text for token in tokenize(sql) if token.kind is Kind.PARAMETER] == parameters


def test_columns_in_a_subquery_belong_to_its_tables() -> None:
    expression = parse_expression("credits > (SELECT max(amount) FROM orders WHERE kind = 'x')")
    assert [column.name for column in expression.columns] == ["credits"]


@pytest.mark.parametrize(
    ("column", "condition", "said"),
    [
        ("createdAt", "createdAt IS NULL", 'write "createdAt"'),
        ("order", "order = 1", 'write the column as "order"'),
        ("user", "user = 'x'", 'write the column as "user"'),
        ("current_date", "current_date IS NULL", 'write the column as "current_date"'),
        ("status", "sttus = 'x'", "did you mean 'status'?"),
    ],
)
def test_a_column_that_is_spelled_wrongly_gets_the_right_spelling(
    column: str, condition: str, said: str, diagnose: Callable[[str], list[str]]
) -> None:
    spec = (
        f"name: t\nfields: {{id: uuid, {column}: text}}\n"
        "patterns:\n  - name: batch_operations\n    operation: clean_t\n"
        f'    operation_type: delete\n    where_condition: "{condition}"\n'
    )
    (message,) = diagnose(spec)
    assert said in message


@pytest.mark.parametrize(
    "column", ["createdAt", "order", "user", "select", "Mixed Case", 'we"ird', "1st", "é"]
)
def test_a_column_that_needs_quotes_gets_them_where_we_print_it(
    column: str,
    plan: Callable[[str], OperationPlan],
    statements: Callable[..., dict[str, Any]],
) -> None:
    name = column.replace('"', '\\"')
    spec = (
        f'name: t\nfields: {{id: uuid, "{name}": text}}\n'
        "patterns:\n  - name: batch_operations\n    operation: fill_t\n"
        f'    operation_type: update\n    update_data: {{"{name}": x}}\n'
    )
    doubled = column.replace('"', '""')
    assert f"\"{doubled}\" = 'x'" in statements(plan(spec))["apply"]
