"""The statements of a step as the strings that templates print."""

from __future__ import annotations

from typing import Any

from dbt_batch_ops.plan.model import Argument, Assignment, Check, OperationPlan, SqlPart, StepPlan
from dbt_batch_ops.render import jinja_text
from dbt_batch_ops.render.definition import statements_name
from dbt_batch_ops.render.sql_text import part_text
from dbt_batch_ops.spec.engines import DUCKDB, POSTGRES, SPARK
from dbt_batch_ops.sql.engine_types import engine_type
from dbt_batch_ops.sql.keywords import quote_identifier, quote_routine_name
from dbt_batch_ops.sql.types import parse_type


def statements_view(plan: OperationPlan, step: StepPlan) -> dict[str, Any]:
    """Return what the template of a step's statements prints.

    Args:
        plan: The operation.
        step: The step.
    """
    return {
        "macro": statements_name(plan, step),
        "template": f"{_template(plan, step)}.sql.j2",
        "assignments": [_assignment(plan, step, assignment) for assignment in step.assignments],
        "condition": _condition(plan, step),
        "rules": [checked(rule, indent=8) for rule in step.rules],
        "columns": [_name(plan, assignment.column) for assignment in step.assignments],
        "mapped": [_mapped(plan, assignment) for assignment in step.assignments],
        "select_columns": [_name(plan, column) for column in step.select_columns],
        "conflict_target": [_name(plan, column) for column in step.conflict_target],
        "conflict_updates": [_conflict_update(plan, step, column) for column in step.conflict_updates],
        "is_marked": plan.engine == SPARK,
        "is_joined": bool(step.outputs),
        "function": ".".join(jinja_text.escape(quote_routine_name(name)) for name in step.function),
        "arguments": [_argument(argument) for argument in step.arguments],
    }


def _template(plan: OperationPlan, step: StepPlan) -> str:
    """Return the name of a template.

    On Spark an INSERT leaves no mark in the table's log, and Sail's DELETE knows no clock; MERGE does both.
    Elsewhere an upsert is a MERGE because ON CONFLICT needs a unique index, which few tables have there.
    """
    by_merge = {POSTGRES: (), DUCKDB: ("upsert",), SPARK: ("upsert", "insert", "delete")}[plan.engine]
    # Delta's UPDATE takes no subquery, so what an earlier step has found is joined.
    is_joined = plan.engine == SPARK and step.operation_type == "update" and step.outputs
    is_merged = is_joined or step.operation_type in by_merge
    return f"{step.operation_type}_by_merge" if is_merged else step.operation_type


def checked(check: Check, indent: int) -> dict[str, Any]:
    """Return what templates print of a rule or a precondition.

    Args:
        check: The rule or precondition.
        indent: Spaces before the lines of its SQL.
    """
    return {
        "text": jinja_text.string(check.text),
        "sql": _safe_at_the_end(check.condition, indent),
        "over_target": check.over_target,
    }


def source_of(plan: OperationPlan, part: SqlPart) -> str:
    """Return the place in the spec that a piece of SQL comes from, for a comment."""
    return jinja_text.escape(f"{jinja_text.shown_path(plan.spec_path)}:{part.line}")


def _name(plan: OperationPlan, name: str) -> str:
    return jinja_text.escape(quote_identifier(name, plan.engine))


def _assignment(plan: OperationPlan, step: StepPlan, assignment: Assignment) -> dict[str, Any]:
    sql = part_text(assignment.value, indent=8)
    return {
        "column": _name(plan, assignment.column),
        "source": source_of(plan, assignment.value),
        "sql": sql if step.operation_type == "update" else _typed(plan, assignment, sql),
        "is_expression": assignment.value.is_expression,
    }


def _typed(plan: OperationPlan, assignment: Assignment, sql: str) -> str:
    """Return a value of a row, with its type where the database would take it for text."""
    if not assignment.is_literal or assignment.type is None:
        return sql
    if plan.engine == POSTGRES:
        return f"{sql}::{assignment.type}" if sql == "null" or sql.endswith("'") else sql
    # Other literals are written with their type there.
    return (
        f"cast(null as {engine_type(parse_type(assignment.type), plan.engine)})"
        if sql.lower() == "null"
        else sql
    )


def _mapped(plan: OperationPlan, assignment: Assignment) -> str:
    """Return what an insert takes from the mapped row; a literal gets the live type of its column."""
    if assignment.is_literal and plan.engine == POSTGRES:
        return f"{part_text(assignment.value, 4)} as {_name(plan, assignment.column)}"
    return f"mapped.{_name(plan, assignment.column)}"


def _condition(plan: OperationPlan, step: StepPlan) -> dict[str, Any] | None:
    if step.condition is None:
        return None
    return {
        "sql": _safe_at_the_end(step.condition, indent=8),
        "source": source_of(plan, step.condition),
    }


def _safe_at_the_end(part: SqlPart, indent: int) -> str:
    """Return a condition after which whoever prints it may go on on the same line."""
    if not part.ends_with_comment:
        return part_text(part, indent)
    return f"(\n{' ' * (indent + 4)}{part_text(part, indent + 4)}\n{' ' * indent})"


def _conflict_update(plan: OperationPlan, step: StepPlan, column: str) -> dict[str, str]:
    """Return how an upsert sets a column, and how it sees that it would change."""
    type_ = next((a.type or "" for a in step.assignments if a.column == column), "")
    name = _name(plan, column)
    # json has no equality.
    is_json = plan.engine == POSTGRES and type_.removesuffix("[]") == "json"
    comparable = type_.replace("json", "jsonb") if is_json else None
    return {
        "column": name,
        "old": f"target.{name}::{comparable}" if comparable else f"target.{name}",
        "new": f"excluded.{name}::{comparable}" if comparable else f"excluded.{name}",
    }


def _argument(argument: Argument) -> dict[str, Any]:
    return {
        "name": f"{jinja_text.escape(quote_routine_name(argument.name))} => "
        if argument.name is not None
        else "",
        "sql": part_text(argument.value, indent=12),
        "is_expression": argument.value.is_expression,
    }
