"""Sessions of the server seen from outside: wait for them, suspend them, end them."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from support.commands.dbt_process import DbtProcess
from support.database.database import Database
from support.engine.workers import Worker
from support.patience import wait_until

_GONE = "select where not exists (select from pg_stat_activity where pid = %(pid)s)"
_WAITS_FOR_ROW = """
select pid from pg_locks
where not granted and locktype in ('transactionid', 'tuple') and pid <> pg_backend_pid()
"""
_WAITS_FOR_TABLE = """
select pid from pg_locks
where
    not granted
    and relation = to_regclass(%(table)s)
    and database = (select oid from pg_database where datname = current_database())
order by pid
"""
_WAITS_FOR_CLAIM_LOCK = "select from pg_locks where not granted and locktype = 'advisory' and pid = %(pid)s"
# A session wants to lock a batch row: for its lease, unless it holds the claim lock of its step.
_WANTS_BATCHES = """
select
    mode = 'RowShareLock'
    and not exists (select from pg_locks as held where held.pid = %(pid)s and held.locktype = 'advisory')
from pg_locks
where not granted and pid = %(pid)s and relation = 'batch_ops.batches'::regclass
"""
_WAITS_FOR_BATCHES = """
select from pg_locks
where not granted and pid = %(pid)s and relation = 'batch_ops.batches'::regclass
"""
_WANT_LEASES = """
select pid from pg_locks
where
    not granted
    and pid = any(%(pids)s)
    and relation = 'batch_ops.batches'::regclass
    and mode = 'RowShareLock'
    and not exists (
        select from pg_locks as held where held.pid = pg_locks.pid and held.locktype = 'advisory'
    )
"""
_NONE_WORKS = """
select where not exists (
    select from pg_stat_activity
    where
        pid = any(%(pids)s)
        and state is distinct from 'idle'
        and coalesce(wait_event_type, 'none') not in ('Lock', 'Timeout')
)
"""
_CLOSE_GATE = "lock table batch_ops.batches in exclusive mode"


def wait_for_rows(
    database: Database, sql: str, parameters: Mapping[str, Any], what: str, *, count: int = 1
) -> list[tuple[Any, ...]]:
    """Repeat a query until it gives so many rows, and return them."""
    with database.session() as session, session.cursor() as cursor:

        def rows() -> list[tuple[Any, ...]]:
            cursor.execute(sql, parameters)
            found = cursor.fetchall()
            return found if len(found) >= count else []

        return wait_until(rows, what)


def wait_for_row_lock(database: Database, *, sessions: int = 1) -> int:
    """Wait until so many sessions wait for rows that others have locked, and return a process id."""
    what = f"{sessions} session(s) wait for a row"
    return wait_for_rows(database, _WAITS_FOR_ROW, {}, what, count=sessions)[0][0]


def wait_for_table_lock(database: Database, table: str, *, sessions: int = 1) -> list[int]:
    """Wait until so many sessions wait to lock a table, and return their process ids."""
    what = f"{sessions} session(s) wait for {table}"
    return [
        pid for (pid,) in wait_for_rows(database, _WAITS_FOR_TABLE, {"table": table}, what, count=sessions)
    ]


def wait_for_claim_lock(database: Database, pid: int) -> None:
    """Wait until a working session waits for the claim lock of its step."""
    wait_for_rows(database, _WAITS_FOR_CLAIM_LOCK, {"pid": pid}, f"session {pid} waits for the claim lock")


def wait_until_gone(database: Database, pid: int) -> None:
    """Wait until the server has no such session any more."""
    wait_for_rows(database, _GONE, {"pid": pid}, f"session {pid} is gone")


def terminate(database: Database, pid: int) -> None:
    """End a session as an administrator does, and wait until it is gone."""
    database.value("select pg_terminate_backend(%s)", [pid])
    wait_until_gone(database, pid)


def kill_dbt(process: DbtProcess) -> None:
    """SIGKILL for dbt and whatever it has started; its session in the server is not told."""
    wait_until(lambda: os.getpgid(process.pid) == process.pid, "dbt has a process group of its own")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def suspended(pid: int) -> Iterator[None]:
    """Keep a process from running, as happens on a machine that is frozen, moved or swapped out."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def some_suspended_before_apply(database: Database, pids: list[int]) -> Iterator[list[int]]:
    """Suspend those of some sessions that have committed a claim and have not begun to apply it; yields them.

    Not while others are suspended that way: they keep the gate from closing.
    """
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute(_CLOSE_GATE)
        wait_for_rows(database, _NONE_WORKS, {"pids": pids}, "all sessions wait, or have nothing to do")
        caught = [pid for (pid,) in database.rows(_WANT_LEASES, {"pids": pids})]
        for pid in caught:
            os.kill(pid, signal.SIGSTOP)
        try:
            gate.rollback()
            yield caught
        finally:
            for pid in caught:
                os.kill(pid, signal.SIGCONT)


class _Gate:
    """In front of the batches: nobody claims or leases one before those who wait are let through."""

    def __init__(self, database: Database, closed: Any, other: Any) -> None:
        self._database, self._closed, self._next = database, closed, other
        self._threads = ThreadPoolExecutor(1)
        closed.cursor().execute(_CLOSE_GATE)

    def let_through(self) -> None:
        """Let those through who wait; it is closed before any of them comes back."""
        closing = self._threads.submit(self._next.cursor().execute, _CLOSE_GATE)
        queued = {"pid": self._next.info.backend_pid}
        wait_for_rows(self._database, _WAITS_FOR_BATCHES, queued, "the gate is about to be closed again")
        self._closed.rollback()
        closing.result()
        self._closed, self._next = self._next, self._closed

    def open(self) -> None:
        """Let everybody through."""
        self._closed.rollback()
        self._threads.shutdown()


@contextmanager
def suspended_before_apply(
    database: Database, start: Callable[[], Worker], sought: Callable[[], bool] = lambda: True
) -> Iterator[Worker]:
    """Suspend a worker's session after it has committed a claim and before it begins to apply it.

    Args:
        database: Where it works.
        start: Starts the worker.
        sought: Tells whether a moment is the one that the test wants; else the next one is tried.
    """
    with database.session(autocommit=False) as first, database.session(autocommit=False) as second:
        gate = _Gate(database, first, second)
        worker = start()

        def caught() -> bool:
            ((leases,),) = wait_for_rows(
                database,
                _WANTS_BATCHES,
                {"pid": worker.backend},
                f"session {worker.backend} wants the batches",
            )
            if leases and sought():
                return True
            gate.let_through()
            return False

        wait_until(caught, f"session {worker.backend} is about to apply")
        with suspended(worker.backend):
            gate.open()
            yield worker
