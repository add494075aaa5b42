"""Sessions that lock and wait, and what ``batch_ops.lock_waits`` says of them."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extras import RealDictCursor

from support.database.database import Database
from support.database.sessions import wait_for_rows

# The start of a wait is written a moment after it has begun. A parallel query waits in another process.
_WAITS = """
select from pg_locks left join pg_stat_activity as activity using (pid)
where not granted and waitstart is not null and %(pid)s in (pid, leader_pid)
"""


class LockingSession:
    """A session that holds locks in a transaction, and may wait for one without keeping the test waiting."""

    def __init__(self, database: Database, statements: tuple[str, ...]) -> None:
        self._database = database
        self._connection = psycopg2.connect(database.connection.url)
        self._cursor = self._connection.cursor()
        self._pool = ThreadPoolExecutor(1)
        self._waits: Future[None] | None = None
        self.pid: int = self._connection.info.backend_pid
        for statement in statements:
            self._cursor.execute(statement)

    def wait_in(self, statement: str) -> "LockingSession":
        """Start a statement and return as soon as it waits for a lock."""
        self._waits = self._pool.submit(self._cursor.execute, statement)
        wait_for_rows(self._database, _WAITS, {"pid": self.pid}, f"session {self.pid} waits")
        return self

    def end(self) -> None:
        """End the session, whatever it does."""
        self._database.value("select pg_terminate_backend(%s)", [self.pid])
        if self._waits is not None:
            self._waits.exception()
        self._pool.shutdown()
        self._connection.close()


@contextmanager
def locking_sessions(database: Database) -> Iterator[Callable[..., LockingSession]]:
    """Start sessions that hold what their statements lock; they end with the block."""
    sessions = []

    def start(*statements: str) -> LockingSession:
        sessions.append(LockingSession(database, statements))
        return sessions[-1]

    yield start
    for session in sessions:
        session.end()


@contextmanager
def prepared_transaction(database: Database, statement: str, gid: str) -> Iterator[None]:
    """Prepare a transaction that holds what a statement locks; it is rolled back after the block."""
    with database.session() as session, session.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute(statement)
        cursor.execute("prepare transaction %s", [gid])
    try:
        yield
    finally:
        database.execute("rollback prepared %s", [gid])


def lock_waits(database: Database) -> list[dict[str, Any]]:
    """Return the rows of ``batch_ops.lock_waits()`` in their order."""
    with database.session() as session, session.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("set statement_timeout = '20s'")  # for an answer that never comes to its end
        cursor.execute("select * from batch_ops.lock_waits()")
        return [dict(row) for row in cursor.fetchall()]
