"""Names of columns in SQL that the generator prints."""

from __future__ import annotations

import re


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

NILADIC_FUNCTIONS = _words(
    """
    current_catalog current_date current_role current_schema current_time current_timestamp current_user
    localtime localtimestamp session_user system_user user
    """
)
"""Functions that are called without parentheses; sqlglot takes some of them for columns."""

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def quote_identifier(name: str) -> str:
    """Return a column's name for SQL: plain where that means the same, else in double quotes.

    Args:
        name: The name as it is in the database.
    """
    if _PLAIN.fullmatch(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def folded(name: str, *, is_quoted: bool) -> str:
    """Return the column that a name in SQL means: unquoted names are read in small letters.

    Args:
        name: The name without quotes.
        is_quoted: Whether it stood in double quotes.
    """
    return name if is_quoted else name.lower()
