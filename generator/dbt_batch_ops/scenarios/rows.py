"""Rows for the scratch table: some that the operation's conditions match, some that they do not.

Many rows are made with values that decide the conditions; the database says which of them match, and a few
of both are kept.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dbt_batch_ops.scenarios.candidates import Candidates
from dbt_batch_ops.scenarios.database import Database, literal, quoted
from dbt_batch_ops.scenarios.table import Column, Table, UnmadeError
from dbt_batch_ops.scenarios.values import made

_POOL = 240
_ROWS_OF_A_GROUP = 12
_OTHERS = 10

Made = Mapping[str, str | None]
"""A row: its columns' values as PostgreSQL reads them."""


def row_pool(table: Table, found: Candidates, seed: str) -> list[Made]:
    """Return rows to choose from.

    Args:
        table: The scratch table.
        found: Values that decide conditions, by column.
        seed: The same seed gives the same rows.

    Raises:
        UnmadeError: There is a column of a type of which no value is known.
    """
    dice = random.Random(seed)  # noqa: S311 - nothing is secret here
    return [
        {column.name: _value(table, column, found, number, dice) for column in table.writable}
        for number in range(1, _POOL + 1)
    ]


def _value(table: Table, column: Column, found: Candidates, number: int, dice: random.Random) -> str | None:
    if column.name in table.key:
        is_first_of_several = column.name == table.key[0] and len(table.key) > 1
        number = number // _ROWS_OF_A_GROUP + 1 if is_first_of_several else number
    else:
        known = [value for value in found.get(column.name, ()) if value is not None or not column.is_required]
        if column.kind.name == "boolean" and not column.kind.is_array:
            known += ["true", "false"]
        if known and dice.random() < 0.85:
            return dice.choice(known)
    value = made(column.kind, number)
    if value is None and column.is_required:
        raise UnmadeError(f"column {column.name}: no value of the type {column.type} is known")
    return value


def written_row(table: Table, row: Mapping[str, Any]) -> Made:
    """Return a row that a user has written.

    Args:
        table: The scratch table.
        row: What YAML read.

    Raises:
        UnmadeError: It has a column that the table does not have.
    """
    unknown = [name for name in row if table.column(name) is None]
    if unknown:
        raise UnmadeError(f"a row of your own has the column {unknown[0]}, and the table does not")
    return {name: None if value is None else _word(value) for name, value in row.items()}


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def insert_rows(database: Database, table: Table, rows: Iterable[Made]) -> int:
    """Insert the rows that the table takes; inside a transaction. Return how many those are."""
    count = 0
    for row in rows:
        count += database.attempt(insert_statement(table, row)) is None
    return count


def insert_statement(table: Table, row: Mapping[str, str | None]) -> str:
    """Return the statement that inserts a row."""
    columns = [column for column in table.writable if column.name in row]
    names = ", ".join(quoted(column.name) for column in columns)
    values = ", ".join(f"{literal(row[column.name])}::{column.type}" for column in columns)
    return f"insert into {table.sql} ({names}) overriding system value values ({values})"


def keep_some(database: Database, table: Table, conditions: Sequence[str], wanted: int) -> int:
    """Delete all rows but some that each condition matches and some that none does.

    Args:
        database: The database.
        table: The scratch table.
        conditions: What rows have to match, as SQL; empty when all do.
        wanted: How many rows each condition should match.

    Returns:
        How many rows match the first condition.
    """
    key = f"jsonb_build_array({', '.join(map(quoted, table.key))})"
    keep: set[str] = set()
    first = 0
    for place, condition in enumerate(conditions or ["true"]):
        matches = f"select {key}::text from {table.sql} where (\n{condition}\n)"
        query = f"{matches} order by md5({key}::text) limit {wanted}"
        matching = [value for (value,) in database.rows(query)]
        first = first if place else len(matching)
        keep |= set(matching)
    if conditions:
        none = " and ".join(f"(\n{condition}\n) is not true" for condition in conditions)
        query = f"select {key}::text from {table.sql} where {none} order by md5({key}::text) limit {_OTHERS}"
        keep |= {value for (value,) in database.rows(query)}
    listed = ", ".join(literal(value) for value in keep) or "null"
    database.execute(f"delete from {table.sql} where {key}::text not in ({listed})")
    return first
