"""Preconditions: expressions over all rows of the target, or over none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from dbt_batch_ops.spec.diagnostics import quoted
from dbt_batch_ops.sql.expression import Expression, parse_expression
from dbt_batch_ops.sql.lexer import SqlError
from dbt_batch_ops.sql.parsing import identifier_offset

_AGGREGATES = (exp.AggFunc, exp.Filter, exp.WithinGroup)

_OTHER_AGGREGATES = frozenset(
    {
        *("any_value", "array_agg", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "every"),
        *("json_agg", "json_object_agg", "jsonb_agg", "jsonb_object_agg", "string_agg", "xmlagg"),
        *("mode", "percentile_cont", "percentile_disc", "range_agg", "range_intersect_agg"),
    }
)
"""Aggregates of PostgreSQL that some version of sqlglot takes for plain functions."""


@dataclass(frozen=True)
class Precondition:
    """A condition that must hold before anything is changed.

    Attributes:
        expression: The condition.
        over_target: Whether it aggregates the target's rows; otherwise it stands by itself.
    """

    expression: Expression
    over_target: bool


def parse_precondition(sql: str) -> Precondition:
    """Check that a text is an aggregate over the target or needs no rows.

    Args:
        sql: The text, with ``:name`` for parameters.

    Raises:
        SqlError: It is no expression, or a column stands outside of an aggregate: of which row would it be?
    """
    expression = parse_expression(sql, aggregates=True)
    for node in expression.tree.find_all(exp.Column):
        offset = identifier_offset(node)
        is_column = any(column.offset == offset for column in expression.columns)
        if is_column and not _in_aggregate(node, expression.tree):
            problem = (
                f"the column {quoted(node.name)} stands outside of an aggregate: a precondition is about all "
                f"rows; write one as 'count(*) filter (where {node.name} ...) > 0'"
            )
            raise SqlError(problem, offset)
    return Precondition(expression, _has_aggregate(expression.tree))


def _in_aggregate(node: exp.Expression, tree: exp.Expression) -> bool:
    ancestor: Any = node
    while ancestor is not None:
        if _is_aggregate(ancestor):
            return True
        if ancestor is tree:
            return False
        ancestor = ancestor.parent
    return False


def _has_aggregate(tree: exp.Expression) -> bool:
    """Return whether there is an aggregate outside subqueries."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if _is_aggregate(node):
            return True
        if not isinstance(node, exp.Query):
            waiting.extend(node.iter_expressions())
    return False


def _is_aggregate(node: exp.Expression) -> bool:
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower() in _OTHER_AGGREGATES
    return isinstance(node, _AGGREGATES)
