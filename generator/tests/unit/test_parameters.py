"""A parameter has the type of what it meets, or the one that is declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dbt_batch_ops.plan.model import OperationPlan


@pytest.mark.parametrize(
    ("condition", "type_", "column"),
    [
        ("credits = :p", "integer", "credits"),
        (":p = credits", "integer", "credits"),
        ("credits >= (:p)", "integer", "credits"),
        ("updated_at < :p", "timestamp with time zone", "updated_at"),
        ("credits IS DISTINCT FROM :p", "integer", "credits"),
        ("credits BETWEEN :p AND 5", "integer", "credits"),
        ("credits NOT BETWEEN 1 AND :p", "integer", "credits"),
        (":p BETWEEN credits AND 5", "integer", "credits"),
        ("credits IN (:p, 2)", "integer", "credits"),
        ("credits IN (:p)", "integer[]", "credits"),
        ("credits NOT IN (:p)", "integer[]", "credits"),
        ("credits = ANY(:p)", "integer[]", "credits"),
        ("credits = ANY ((:p))", "integer[]", "credits"),
        ("credits <> ALL(:p)", "integer[]", "credits"),
        ("email LIKE :p", "text", None),
        ("email NOT ILIKE :p", "text", None),
        ("email ~* :p", "text", None),
        ("lower(email) = :p", "text", None),
        ("settings ->> 'a' = :p", "text", None),
        ("credits = :p::bigint", "bigint", None),
        ("credits = CAST(:p AS numeric(10, 2))", "numeric", None),
        ("credits::text = :p", "text", None),
        ("tags = :p", "text[]", None),
        (":p = ANY(tags)", "text", None),
        ("coalesce(:p, credits) > 0", "integer", "credits"),
        ('"email" = :p', "text", "email"),
        ("updated_at AT TIME ZONE :p > NOW()", "text", None),
        ("NOT (is_admin = :p) OR true", "boolean", "is_admin"),
    ],
)
def test_the_type_is_that_of_what_it_meets(
    condition: str,
    type_: str,
    column: str | None,
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
) -> None:
    (parameter,) = plan(user(f"operation_type: delete\nwhere_condition: |\n  {condition}")).parameters
    assert (parameter.name, parameter.type, parameter.column) == ("p", type_, column)


@pytest.mark.parametrize(
    "condition", ["credits + :p > 1", "f(:p)", ":p > 1", "tags @> :p", "(SELECT x FROM y WHERE z = :p)"]
)
def test_a_type_that_cannot_be_told_must_be_declared(
    condition: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    (message,) = diagnose(user(f"operation_type: delete\nwhere_condition: |\n  {condition}"))
    assert "the type of ':p' cannot be told from where it stands; declare it under 'parameters'" in message


def test_an_assigned_parameter_has_the_columns_type(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    made = plan(user("operation_type: update\nupdate_data: {credits: :a, tags: ':e', status: {sql: ':c'}}"))
    assert [(p.name, p.type, p.column) for p in made.parameters] == [
        ("a", "integer", "credits"),
        ("e", "text[]", None),
        ("c", "text", "status"),
    ]


def test_a_declared_type_wins_and_drops_the_column_of_another_type(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    made = plan(
        user(
            "operation_type: delete\nwhere_condition: credits > :a AND status = :c\n"
            "parameters: {a: bigint, c: {type: text}}"
        )
    )
    assert [(p.type, p.column) for p in made.parameters] == [("bigint", None), ("text", "status")]


def test_a_declared_scalar_in_a_list_of_one_stays_a_scalar(
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
    statements: Callable[..., dict[str, Any]],
) -> None:
    made = plan(user("operation_type: delete\nwhere_condition: credits IN (:a)\nparameters: {a: integer}"))
    assert made.steps[0].lists == ()
    assert statements(made)["where"] == "credits IN ($3)"


def test_uses_of_different_types_are_refused_unless_declared(
    plan: Callable[[str], OperationPlan], diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    spec = user("operation_type: delete\nwhere_condition: credits = :a AND status = :a")
    assert diagnose(spec) == [
        (
            "spec.yml:16:48: ':a' is text here but integer at line 16; declare its type under 'parameters', "
            "as `a: {type: integer}`"
        )
    ]
    assert plan(spec + "    parameters: {a: {type: text}}\n").parameters[0].type == "text"


def test_declared_parameters_come_first_then_the_others_as_they_are_met(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    made = plan(
        user(
            "operation_type: update\nwhere_condition: credits = :d AND status = :c\n"
            "update_data: {email: :e}\nparameters: {c: text}"
        )
    )
    assert [p.name for p in made.parameters] == ["c", "e", "d"]


@pytest.mark.parametrize(
    "name",
    [
        *("operation_id", "idempotency_key", "dry_run", "kwargs", "caller", "b"),
        *("ref", "source", "target", "class", "none", "var"),
    ],
)
def test_a_name_that_is_taken_is_refused_declared_or_not(
    name: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    spec = user(f"operation_type: delete\nwhere_condition: credits = :{name}")
    assert any(f"the parameter's name '{name}' is a name that" in line for line in diagnose(spec))
    declared = spec + f"    parameters: {{{name}: integer}}\n"
    assert any(f"the parameter's name '{name}' is a name that" in line for line in diagnose(declared))


def test_the_time_of_the_run_needs_no_argument(
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
    statements: Callable[..., dict[str, Any]],
) -> None:
    made = plan(user("operation_type: delete\nwhere_condition: updated_at < :run_started_at"))
    assert made.parameters == ()
    assert statements(made)["where"] == "updated_at < $99"


@pytest.mark.parametrize(
    ("condition", "lists", "where"),
    [
        ("id = ANY(:p)", (("p", "id"),), "id = any($3)"),
        ("id IN (:p)", (("p", "id"),), "id = any($3)"),
        ("id=any( :p )", (("p", "id"),), "id = any($3)"),
        ("((id = ANY(:p)))", (("p", "id"),), "((id = any($3)))"),
        (
            "credits > 0 AND id IN (:p) AND is_admin",
            (("p", "id"),),
            "credits > 0 AND id = any($3) AND is_admin",
        ),
        (
            "credits BETWEEN 1 AND 2 AND id IN (:p)",
            (("p", "id"),),
            "credits BETWEEN 1 AND 2 AND id = any($3)",
        ),
        ("id IN (:p) OR is_admin", (), "id IN (select unnest($3)) OR is_admin"),
        ("NOT id = ANY(:p)", (), "NOT id = ANY($3)"),
        ("(id = ANY(:p)) IS TRUE", (), "(id = ANY($3)) IS TRUE"),
        ("id NOT IN (:p)", (), "id NOT IN (select unnest($3))"),
        ("id = ANY(:p::uuid[])", (), "id = ANY($3::uuid[])"),
        ("id = ANY(:p) AND id = ANY(:p)", (("p", "id"),), "id = any($3) AND id = ANY($3)"),
        (
            "CASE WHEN is_admin AND id = ANY(:p) THEN true END",
            (),
            "CASE WHEN is_admin AND id = ANY($3) THEN true END",
        ),
    ],
)
def test_a_list_drives_the_run_only_as_a_term_of_the_top_and(
    condition: str,
    lists: tuple[tuple[str, str], ...],
    where: str,
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
    statements: Callable[..., dict[str, Any]],
) -> None:
    made = plan(user(f"operation_type: delete\nwhere_condition: |\n  {condition}"))
    assert made.steps[0].lists == lists
    assert statements(made)["where"] == where


@pytest.mark.parametrize("name", ["items", "keys", "values", "get", "update", "pop", "copy"])
def test_a_name_of_a_method_of_a_dictionary_is_no_problem(
    name: str,
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
    statements: Callable[..., dict[str, Any]],
) -> None:
    made = plan(
        user(
            f"operation_type: update\nwhere_condition: id = ANY(:{name})\nparameters: {{{name}: 'uuid[]'}}\n"
            f"update_data: {{tags: {{sql: 'f(:{name}::text[])'}}}}"
        )
    )
    assert statements(made)["where"] == "id = any($3)"
    assert "f($3::text[])" in statements(made)["apply"]
