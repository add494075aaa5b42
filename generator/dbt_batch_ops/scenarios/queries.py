"""The expressions of an operation as queries of their own."""

from __future__ import annotations

from dbt_batch_ops.scenarios.database import quoted
from dbt_batch_ops.scenarios.expressions import Meaning, part_sql
from dbt_batch_ops.scenarios.oracle import Oracle


def precondition_queries(oracle: Oracle) -> list[tuple[str, str]]:
    """Return each precondition as its author wrote it, and as a query."""
    meaning = Meaning(oracle.parameters)
    return [
        (
            check.text,
            f"select {part_sql(check.condition, meaning)}"
            + (f" from {oracle.table.sql}" if check.over_target else ""),
        )
        for check in oracle.plan.preconditions
    ]


def expression_queries(oracle: Oracle) -> list[tuple[str, str | None]]:
    """Return queries that compute every expression of an operation, each with its type."""
    found: list[tuple[str, str | None]] = [(query, "boolean") for _, query in precondition_queries(oracle)]
    for step in oracle.plan.steps:
        fields = ", ".join(f"null::{f.type} as {quoted(f.name)}" for f in step.fields) or "1 as nothing"
        source = f"{oracle.table.sql} cross join (select {fields}) as source"
        meaning = Meaning(oracle.parameters)
        for assignment in step.assignments:
            column = oracle.table.column(assignment.column)
            type_ = column.type if column is not None else "text"
            found.append((f"select {part_sql(assignment.value, meaning)}::{type_} from {source}", type_))
        conditions = [step.condition] if step.condition is not None else []
        for part in [*conditions, *(rule.condition for rule in step.rules)]:
            found.append((f"select 1 from {source} where {part_sql(part, meaning)}", "boolean"))
    return found
