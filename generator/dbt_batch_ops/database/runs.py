"""A run as another session sees and asks it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812

_STATE = """
select
    runs.operation_id::text,
    runs.status,
    runs.closed_at is not null,
    runs.pause_requested_at is not null,
    batch_ops.is_live(runs.operation_id)
from batch_ops.runs
where
    runs.operation_id = %(command)s
    or runs.operation_id = (
        select workers.operation_id from batch_ops.workers
        where workers.command_id = %(command)s
        order by workers.heartbeat_at desc
        limit 1
    )
"""


@dataclass(frozen=True)
class RunState:
    """Where a run stands.

    Attributes:
        operation_id: The run.
        status: Its status in the ledger.
        is_closed: Whether nothing is left to go on with.
        is_to_pause: Whether somebody has asked it to pause and it has not gone on since.
        has_workers: Whether a session works on it.
    """

    operation_id: str
    status: str
    is_closed: bool
    is_to_pause: bool
    has_workers: bool

    @property
    def is_worked_on(self) -> bool:
        """Whether it changes rows now."""
        return self.status == "running" and self.has_workers


def run_state(session: Session, command_id: uuid.UUID) -> RunState | None:
    """Return where the run of a command stands, or ``None`` when there is none.

    Args:
        session: A connection without a transaction.
        command_id: The run, or the name by which a command finds the run that it went on with.

    Raises:
        psycopg2.Error: The database refuses.
    """
    from psycopg2 import errors

    try:
        with session, session.cursor() as cursor:
            cursor.execute(_STATE, {"command": str(command_id)})
            row = cursor.fetchone()
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction):
        return None  # There is no ledger yet, or an older one that dbt has not migrated.
    return RunState(*row) if row else None


def pause(session: Session, operation_id: str) -> None:
    """Ask a run to pause: whoever works on it stops within a time slice.

    Args:
        session: A connection without a transaction.
        operation_id: The run.

    Raises:
        psycopg2.Error: The database refuses.
    """
    with session, session.cursor() as cursor:
        cursor.execute("select batch_ops.pause(%s::uuid)", [operation_id])
