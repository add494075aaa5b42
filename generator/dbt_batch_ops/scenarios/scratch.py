"""Scratch schemas: made for one operation, dropped at its end, cleaned up when a program died in between."""

from __future__ import annotations

import json
import re
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from dbt_batch_ops.scenarios.database import Database, RefusedError, literal, quoted
from dbt_batch_ops.scenarios.ledger import remove_runs, runs_of

_PREFIX = "batch_ops_test_"
_NAME = re.compile(r"batch_ops_test_[0-9a-f]{12}")
_MARK = "dbt-batch-ops test"
_KEPT_FOR = timedelta(days=1)
_LOCK_SPACE = 0x6462746F
_SCHEMAS = """
select nspname::text, pg_catalog.obj_description(oid, 'pg_namespace')
from pg_catalog.pg_namespace
where nspname like 'batch\\_ops\\_test\\_%' and pg_catalog.pg_has_role(nspowner, 'USAGE')
"""


@dataclass(frozen=True)
class Scratch:
    """A scratch schema.

    Attributes:
        name: Its name.
        gate: A number for a lock of its own.
    """

    name: str
    gate: int


def new_name() -> str:
    """Return a name that no scratch schema has."""
    return _PREFIX + secrets.token_hex(6)


@contextmanager
def scratch_schema(database: Database, name: str, *, keep: bool) -> Iterator[Scratch]:
    """Make a schema for one operation; at the end, drop it and remove its runs from the ledger.

    A lock that ends with the session says that somebody uses it.

    Args:
        database: The database.
        name: A name of ``new_name``.
        keep: Whether it stays, for somebody to look at.

    Raises:
        RefusedError: The role may not create schemas.
    """
    database.execute(f"select pg_catalog.pg_advisory_lock({_LOCK_SPACE}, {_lock(name)})")
    database.execute(f"create schema {quoted(name)}")
    mark = json.dumps({"made_by": _MARK, "made_at": datetime.now(timezone.utc).isoformat(), "kept": keep})
    database.execute(f"comment on schema {quoted(name)} is {literal(mark)}")
    try:
        yield Scratch(name, (_lock(name) << 16) | 0xB0)
    finally:
        if not keep:
            _drop(database, name)
        database.execute(f"select pg_catalog.pg_advisory_unlock({_LOCK_SPACE}, {_lock(name)})")


def drop_leftovers(database: Database) -> list[str]:
    """Drop the scratch schemas of programs that died, and those that were kept for more than a day.

    Args:
        database: The database.

    Returns:
        Their names.
    """
    dropped: list[str] = []
    for name, comment in database.rows(_SCHEMAS):
        mark = _mark(comment)
        if mark is None or not _NAME.fullmatch(name):
            continue
        is_young = datetime.now(timezone.utc) - datetime.fromisoformat(str(mark["made_at"])) < _KEPT_FOR
        if mark["kept"] and is_young:
            continue
        if not database.value(f"select pg_catalog.pg_try_advisory_lock({_LOCK_SPACE}, {_lock(name)})"):
            continue
        try:
            with suppress(RefusedError):
                _drop(database, name)
                dropped.append(name)
        finally:
            database.execute(f"select pg_catalog.pg_advisory_unlock({_LOCK_SPACE}, {_lock(name)})")
    return dropped


def _drop(database: Database, name: str) -> None:
    assert _NAME.fullmatch(name)
    remove_runs(database, name)
    if runs_of(database, name) == 0:
        # Else a session still works there, and the next time is early enough.
        database.execute(f"drop schema if exists {quoted(name)} cascade")


def _lock(name: str) -> int:
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


def _mark(comment: str | None) -> dict[str, object] | None:
    """Return what we wrote about a schema of ours; ``None`` for anybody else's."""
    try:
        mark = json.loads(comment or "")
    except ValueError:
        return None
    is_ours = isinstance(mark, dict) and mark.get("made_by") == _MARK and {"made_at", "kept"} <= mark.keys()
    return mark if is_ours else None
