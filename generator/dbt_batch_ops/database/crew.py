"""Workers of a run: threads of this program, each with a session that calls the engine slice by slice.

dbt opens the run and watches it; see ``macros/utils/_muster.sql``. A worker ends when the run does, or when
its own slice says so; what it does is in the ledger, and so it may be lost at any moment.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from dbt_batch_ops.database.errors import DatabaseError

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812

Connect = Callable[[], "Session"]
Say = Callable[[str], None]

_SECONDS_BETWEEN_LOOKS = 0.1
_SLICE_SECONDS = 1.0
_MOST_LOSSES = 3

# The session that has opened the run, or has gone on with it, and now waits for workers.
_COORDINATED = """
select workers.operation_id
from batch_ops.workers
where
    (workers.operation_id = %(command)s or workers.command_id = %(command)s)
    and workers.role = 'coordinator'
    and workers.ended_at is null
    and workers.heartbeat_at >= %(since)s
"""
_LIMITS = """
select
    (summary ->> 'remaining_seconds')::double precision,
    (summary ->> 'batch_timeout_seconds')::double precision
from batch_ops.run_summary(%s) as summary
"""
_WORK = "call batch_ops.work(%s, make_interval(secs => %s), %s)"


class Crew(threading.Thread):
    """Brings workers to the run of a command, as soon as that waits for them.

    Args:
        connect: Opens a connection to the database.
        size: How many workers.
        command_id: The run that the command opens or goes on with, or the name by which it finds its run.
        say: Tells a person what went wrong.
    """

    def __init__(self, connect: Connect, size: int, command_id: uuid.UUID, say: Say) -> None:
        super().__init__(daemon=True)
        self._connect = connect
        self._size = size
        self._command_id = command_id
        self._say = say
        self._is_over = threading.Event()

    def run(self) -> None:
        """Wait for the run, and work on it to its end; started as a thread."""
        import psycopg2

        try:
            operation_id = self._wait_for_run()
        except (DatabaseError, psycopg2.Error) as error:
            self._say(f"there are no workers: {_reason(error)}")
            return
        if operation_id is None:
            return
        workers = [
            threading.Thread(target=self._work, args=(number, operation_id), daemon=True)
            for number in range(1, self._size + 1)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def end(self) -> None:
        """Let no worker begin another slice: the command that coordinates them has ended."""
        self._is_over.set()

    def _wait_for_run(self) -> str | None:
        from psycopg2 import errors

        with closing(self._connect()) as session, session.cursor() as cursor:
            session.autocommit = True
            cursor.execute("select clock_timestamp()")
            since = cursor.fetchone()
            while not self._is_over.wait(_SECONDS_BETWEEN_LOOKS):
                try:
                    cursor.execute(_COORDINATED, {"command": str(self._command_id), "since": since})
                except (errors.UndefinedTable, errors.UndefinedColumn):
                    continue  # There is no ledger yet, or an older one that dbt has not migrated.
                if row := cursor.fetchone():
                    return str(row[0])
        return None

    def _work(self, number: int, operation_id: str) -> None:
        import psycopg2

        for _ in range(_MOST_LOSSES + 1):
            if self._is_over.is_set():
                return
            try:
                with closing(self._connect()) as session:
                    self._work_off(session, operation_id)
                return
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                # Its session was ended: what it had claimed is done by whoever comes next, this one as well.
                reason = _reason(error)
            except (DatabaseError, psycopg2.Error) as error:
                reason = _reason(error)
                break
        self._say(f"worker {number} has ended: {reason}")

    def _work_off(self, session: Session, operation_id: str) -> None:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("set application_name = 'dbt-batch-ops worker'")
            cursor.execute(_LIMITS, [operation_id])
            remaining, batch_limit = cursor.fetchone() or (None, None)
            state: dict[str, Any] | None = None
            while not self._is_over.is_set() and goes_on(state):
                limits = [] if remaining is None else [max(remaining, 0) + 1]
                limits += [] if batch_limit is None else [batch_limit + _SLICE_SECONDS]
                if limits:
                    # The clock starts with the CALL, so it is set anew for each slice.
                    cursor.execute("set statement_timeout = %s", [int(min(limits) * 1000)])
                carried = None if state is None else json.dumps(state)
                cursor.execute(_WORK, [operation_id, _SLICE_SECONDS, carried])
                (state,) = cursor.fetchone() or (None,)
                remaining = state and state["remaining_seconds"]


def goes_on(state: dict[str, Any] | None) -> bool:
    """Return whether a worker does another slice after what the last one said (``None``: there was none)."""
    if state is None:
        return True
    return bool(state["status"] == "running" and not state["interrupted"] and not state["stopped"])


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())
