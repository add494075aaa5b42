"""Which run a person means."""

from __future__ import annotations

import re
from typing import Any

from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.monitor import queries
from dbt_batch_ops.monitor.reading import Reader

_LISTED = 10

Rows = list[dict[str, Any]]


def find_run(reader: Reader, named: str) -> str:
    """Return the id of the run that a person names: in full, or by its first characters.

    Args:
        reader: Reads the ledger.
        named: What was typed.

    Raises:
        DatabaseError: There is no such run, or more than one; the message lists the newest ones.
    """
    prefix = named.strip().lower()
    with reader.moment() as cursor:
        found: Rows = []
        if re.fullmatch(r"[0-9a-f-]{4,36}", prefix):
            cursor.execute(queries.KNOWN_RUNS, {"prefix": prefix, "limit": _LISTED})
            found = cursor.fetchall()
        if len(found) == 1:
            return str(found[0]["operation_id"])
        if found:
            raise DatabaseError(f"more than one run begins with '{named}':\n{_listed(found)}")
        cursor.execute(queries.KNOWN_RUNS, {"prefix": None, "limit": _LISTED})
        newest = cursor.fetchall()
    if not newest:
        raise DatabaseError(f"there is no run '{named}'; the ledger has none yet")
    raise DatabaseError(f"there is no run '{named}'; the newest ones are:\n{_listed(newest)}")


def newest_run(reader: Reader) -> str | None:
    """Return the id of the run that was started last, or ``None`` when there is none."""
    with reader.moment() as cursor:
        cursor.execute(queries.KNOWN_RUNS, {"prefix": None, "limit": 1})
        row = cursor.fetchone()
    return str(row["operation_id"]) if row else None


def _listed(rows: Rows) -> str:
    width = max(len(row["operation"]) for row in rows)
    return "\n".join(
        f"  {row['operation_id']}  {row['operation']:<{width}}  {row['status']:<9}  "
        f"{row['started_at']:%Y-%m-%d %H:%M:%S}"
        for row in rows
    )
