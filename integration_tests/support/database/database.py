"""The database of a test: made fresh from a template, always under the same name.

The name stays the same because dbt parses the whole project again when a variable of its profile changes.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from dbt_batch_ops.database import Connection

NAME = "test"
KEPT = "dbt-batch-ops tests"
"""The application of a session that a test process keeps open between its queries."""
_END_SESSIONS = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = %s"


class Database:
    """Direct access to the database of a test, beside dbt."""

    def __init__(self, server: Connection) -> None:
        self.connection = replace(server, dbname=NAME)
        self._server = server
        self._kept = threading.local()

    def recreate(self, template: str = "template0") -> None:
        """Drop the database with all its sessions and make it anew."""
        with closing(psycopg2.connect(self._server.url)) as session:
            session.autocommit = True
            with session.cursor() as cursor:
                cursor.execute(f"drop database if exists {NAME} with (force)")
                # Half the time of the server's own choice, which writes every page to the log.
                cursor.execute(f"create database {NAME} template {template} strategy file_copy")

    def save_as_template(self, template: str) -> None:
        """Keep the database as it is now, for ``recreate``."""
        with closing(psycopg2.connect(self._server.url)) as session:
            session.autocommit = True
            with session.cursor() as cursor:
                cursor.execute(f"drop database if exists {template}")
                cursor.execute(_END_SESSIONS, [NAME])
                cursor.execute(f"create database {template} template {NAME}")

    def rename_to(self, name: str) -> None:
        """Give the database another name, under which nothing touches it."""
        with closing(psycopg2.connect(self._server.url)) as session:
            session.autocommit = True
            with session.cursor() as cursor:
                cursor.execute(_END_SESSIONS, [NAME])
                cursor.execute(f'alter database {NAME} rename to "{name}"')

    def rename_from(self, name: str) -> bool:
        """Take a database that was renamed in place of this one; false when there is none."""
        with closing(psycopg2.connect(self._server.url)) as session:
            session.autocommit = True
            with session.cursor() as cursor:
                cursor.execute("select from pg_database where datname = %s", [name])
                if cursor.fetchone() is None:
                    return False
                cursor.execute(f"drop database if exists {NAME} with (force)")
                cursor.execute(f'alter database "{name}" rename to {NAME}')
        return True

    @contextmanager
    def session(self, *, autocommit: bool = True) -> Iterator[Any]:
        """A psycopg2 connection, for a test that needs one to stay open."""
        with closing(psycopg2.connect(self.connection.url)) as session:
            session.autocommit = autocommit
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
        """Look at one moment with several queries while others may be at work; yields what ``rows`` is."""
        with self.session(autocommit=False) as session, session.cursor() as cursor:
            session.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)

            def rows(sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
                cursor.execute(sql, parameters)
                return cursor.fetchall()

            yield rows

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        """Run statements; committed."""
        with self._kept_session().cursor() as cursor:
            cursor.execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._kept_session().cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    def _kept_session(self) -> Any:
        """A session of this thread that stays open: to connect takes ten times as long as most queries.

        What the statement before has left in it is gone, and it is a new one when the old one was ended.
        """
        session = getattr(self._kept, "session", None)
        if session is not None:
            try:
                with session.cursor() as cursor:
                    cursor.execute("discard all")
                return session
            except psycopg2.Error:
                session.close()
        self._kept.session = psycopg2.connect(self.connection.url, application_name=KEPT)
        self._kept.session.autocommit = True
        return self._kept.session

    def row(self, sql: str, parameters: Sequence[Any] | None = None) -> tuple[Any, ...]:
        """Return the only row of a query."""
        (row,) = self.rows(sql, parameters)
        return row

    def value(self, sql: str, parameters: Sequence[Any] | None = None) -> Any:
        """Return the only value of a query."""
        (value,) = self.row(sql, parameters)
        return value
