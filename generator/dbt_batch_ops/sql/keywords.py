"""Names of columns in SQL that the generator prints."""

from __future__ import annotations

import re

from dbt_batch_ops.spec.engines import DUCKDB, POSTGRES, SPARK


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESERVED = _words(
    """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
    collation column concurrently constraint create cross current_catalog current_date current_role
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else
    end except false fetch for foreign freeze from full grant group having ilike in initially inner
    intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not
    notnull null offset on only or order outer overlaps placing primary references returning right select
    session_user similar some symmetric system_user table tablesample then to trailing true union unique
    user using variadic verbose when where window with
    """
)
"""Words that PostgreSQL 15 to 18 reserve, for functions and types as well
(https://www.postgresql.org/docs/current/sql-keywords-appendix.html)."""

_COLUMN_NAMES_ONLY = _words(
    """
    between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping
    inout int integer interval json json_array json_arrayagg json_exists json_object json_objectagg
    json_query json_scalar json_serialize json_table json_value least merge_action national nchar none
    normalize nullif numeric out overlay position precision real row setof smallint substring time timestamp
    treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse
    xmlpi xmlroot xmlserialize xmltable
    """
)
"""Words that PostgreSQL takes as a column's name, but not as that of a function or its argument."""

NILADIC_FUNCTIONS = _words(
    """
    current_catalog current_date current_role current_schema current_time current_timestamp current_user
    localtime localtimestamp session_user system_user user
    """
)
"""Functions that are called without parentheses; sqlglot takes some of them for columns."""

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


_ENGINE_WORDS = {
    DUCKDB: _words("describe lambda pivot pivot_longer pivot_wider qualify show summarize unpivot"),
    SPARK: _words("anti minus semi"),
}
"""Words that other engines reserve and PostgreSQL does not."""


def is_engine_word(name: str, engine: str) -> bool:
    """Return whether an engine reserves a name that is a plain one in PostgreSQL.

    Args:
        name: The name as it is in the database.
        engine: The engine.
    """
    return name in _ENGINE_WORDS.get(engine, ())


def quote_identifier(name: str, engine: str = POSTGRES) -> str:
    """Return a column's name for SQL: plain where that means the same, else in quotes.

    Args:
        name: The name as it is in the database.
        engine: The engine.
    """
    if _PLAIN.fullmatch(name) and name not in RESERVED and not is_engine_word(name, engine):
        return name
    if engine == SPARK:
        return "`" + name.replace("`", "``") + "`"
    return '"' + name.replace('"', '""') + '"'


def quote_routine_name(name: str) -> str:
    """Return the name of a function, or of an argument of one, for SQL.

    Args:
        name: The name as it is in the database.
    """
    return f'"{name}"' if name in _COLUMN_NAMES_ONLY else quote_identifier(name)


def folded(name: str, *, is_quoted: bool) -> str:
    """Return the column that a name in SQL means: unquoted names are read in small letters.

    Args:
        name: The name without quotes.
        is_quoted: Whether it stood in double quotes.
    """
    return name if is_quoted else name.lower()
