"""Values that decide conditions: what a column is compared with, and what lies just beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from dbt_batch_ops.scenarios.database import Database, literal
from dbt_batch_ops.scenarios.table import Column, Table
from dbt_batch_ops.scenarios.values import Kind

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_PATTERNS = (exp.Like, exp.ILike)
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_MOMENTS = ("date", "timestamp without time zone", "timestamp with time zone")

Candidates = Mapping[str, tuple[str | None, ...]]
"""Values of columns as PostgreSQL reads them; ``None`` is null."""


def candidates(database: Database, conditions: Iterable[str], table: Table) -> Candidates:
    """Return the values that decide some conditions, by column.

    Args:
        database: The database, which computes what columns are compared with.
        conditions: SQL over the table's columns.
        table: The table.
    """
    found: dict[str, list[str | None]] = {}
    for condition in [*conditions, *table.checks]:
        for name, sql in _compared(condition):
            column = table.column(name) or table.column(name.lower())
            if column is None:
                continue
            values = found.setdefault(column.name, [])
            values += [value for value in _around(database, column, sql) if value not in values]
    return {name: tuple(values) for name, values in found.items()}


def _compared(condition: str) -> Iterator[tuple[str, str | None]]:
    """Yield each column with the SQL of what it is compared with; ``None`` for null."""
    text = condition.strip()
    if text.upper().startswith("CHECK "):
        text = text[len("CHECK ") :]
    try:
        tree = parse_one(f"select ({text})", dialect="postgres")
    except (SqlglotError, RecursionError):
        return
    for node in tree.walk():
        if isinstance(node, exp.Expression):
            yield from _of_node(node)


def _of_node(node: exp.Expression) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, _COMPARISONS):
        yield from _sides(node)
        return
    name = _column(node.this) if isinstance(node.this, exp.Expression) else None
    if name is None:
        return
    if isinstance(node, exp.In):
        values = node.expressions
    elif isinstance(node, exp.Between):
        values = [node.args["low"], node.args["high"]]
    else:
        values = []
    for value in values:
        yield from _pair(name, value)
    if isinstance(node, _PATTERNS) and isinstance(node.expression, exp.Literal):
        yield name, literal(node.expression.this.replace("%", "x").replace("_", "y"))
    elif isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        yield name, None


def _sides(node: exp.Expression) -> Iterator[tuple[str, str | None]]:
    for one, other in ((node.this, node.expression), (node.expression, node.this)):
        name = _column(one)
        if name is None:
            continue
        if isinstance(other, exp.Any):
            inner = other.this.this if isinstance(other.this, exp.Paren) else other.this
            while isinstance(inner, (exp.Cast, exp.Paren)):
                inner = inner.this
            for value in inner.expressions if isinstance(inner, exp.Array) else ():
                yield from _pair(name, value)
        else:
            yield from _pair(name, other)


def _pair(name: str | None, value: exp.Expression) -> Iterator[tuple[str, str | None]]:
    if name is not None and not any(value.find_all(exp.Column)):
        yield name, value.sql(dialect="postgres")


def _column(node: exp.Expression) -> str | None:
    """Return the one column of an expression, such as ``lower(name)``."""
    if isinstance(node, exp.Query):
        return None
    columns = list(node.find_all(exp.Column))
    return columns[0].name if len(columns) == 1 else None


def _around(database: Database, column: Column, sql: str | None) -> list[str | None]:
    if sql is None:
        return [None]
    value = _computed(database, f"({sql})::{column.type}")
    if value is None:
        return []
    return [value, *_beside(database, column.kind, column.type, value)]


def _beside(database: Database, kind: Kind, type_name: str, value: str) -> list[str | None]:
    if kind.is_array:
        return []
    step = "1" if kind.name in _NUMBERS else "interval '1 day'" if kind.name in _MOMENTS else None
    if step is None:
        return []
    typed = f"{literal(value)}::{type_name}"
    found = [_computed(database, f"({typed} {sign} {step})::{type_name}") for sign in "+-"]
    return [beside for beside in found if beside is not None]


def _computed(database: Database, sql: str) -> str | None:
    value = database.value_or_none(f"select {sql}::text")
    return None if value is None else str(value)
