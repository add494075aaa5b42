"""PostgreSQL's types as other engines have them."""

from __future__ import annotations

from collections.abc import Mapping

from dbt_batch_ops.spec.diagnostics import quoted
from dbt_batch_ops.spec.engines import DUCKDB, POSTGRES, SPARK, shown_engine
from dbt_batch_ops.sql.types import PgType

UNLIMITED_NUMERIC = "38, 10"
"""Digits of a ``numeric`` that does not say how many: PostgreSQL's has no limit, those of others have one."""

_DUCKDB: Mapping[str, str] = {
    "text": "varchar",
    "character varying": "varchar",
    "name": "varchar",
    "smallint": "smallint",
    "integer": "integer",
    "bigint": "bigint",
    "numeric": "decimal",
    "real": "real",
    "double precision": "double",
    "boolean": "boolean",
    "uuid": "uuid",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
    "interval": "interval",
    "json": "json",
    "jsonb": "json",
    "bytea": "blob",
}

# A Spark timestamp is a moment, as PostgreSQL's timestamptz. JSON and UUIDs are text there.
_SPARK: Mapping[str, str] = {
    "text": "string",
    "character varying": "string",
    "name": "string",
    "smallint": "smallint",
    "integer": "int",
    "bigint": "bigint",
    "numeric": "decimal",
    "real": "float",
    "double precision": "double",
    "boolean": "boolean",
    "uuid": "string",
    "date": "date",
    "timestamp without time zone": "timestamp_ntz",
    "timestamp with time zone": "timestamp",
    "json": "string",
    "jsonb": "string",
    "bytea": "binary",
}

_TYPES: Mapping[str, Mapping[str, str]] = {DUCKDB: _DUCKDB, SPARK: _SPARK}


def engine_type(type_: PgType, engine: str) -> str:
    """Return a type's name on an engine.

    Args:
        type_: The type.
        engine: The engine.

    Raises:
        ValueError: The engine has no such type; the message says so.
    """
    if engine == POSTGRES:
        return str(type_)
    name = _TYPES[engine].get(type_.name)
    if name is None:
        raise ValueError(f"{shown_engine(engine)} has no type like {quoted(type_.name)}")
    if type_.name == "numeric":
        name = f"{name}({type_.modifiers or UNLIMITED_NUMERIC})"
    for _ in range(type_.dimensions):
        name = f"array<{name}>" if engine == SPARK else f"{name}[]"
    return name
