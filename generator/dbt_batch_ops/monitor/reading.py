"""A session that looks at the ledger and can change nothing: each look is one moment of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from dbt_batch_ops.database.errors import DatabaseError

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812

Connect = Callable[[], "Session"]

LEDGER_VERSION = 5
"""The ledger that is read here: the number of migrations in ``macros/ledger/``."""

_INSTALL = "dbt run-operation dbt_batch_ops.install"
# Of the transaction only, so that a pooler hands nothing of it to somebody else. The plans are those that
# read an index in its order, whatever the statistics say: the ledger of a run grows faster than they are
# brought up to date, and a plan that gathers and sorts reads all batches of the run each time.
_ENTER = """
select
    set_config('statement_timeout', %(statement)s, true),
    set_config('lock_timeout', %(lock)s, true),
    set_config('idle_in_transaction_session_timeout', '60s', true),
    set_config('jit', 'off', true),
    set_config('enable_seqscan', %(scans)s, true),
    set_config('enable_bitmapscan', %(scans)s, true)
"""
_LEDGER = """
select
    to_regnamespace('batch_ops') is not null as has_schema,
    coalesce(has_schema_privilege(to_regnamespace('batch_ops')::oid, 'USAGE'), false) as may_use,
    current_user::text as role,
    current_database()::text as database
"""
_VERSION = "select max(version) as version from batch_ops.migrations"


class LostConnectionError(DatabaseError):
    """The connection broke, or there is none just now."""


class SlowAnswerError(DatabaseError):
    """The database did not answer in time."""


class Reader:
    """Looks at the ledger of one database.

    Args:
        connect: Opens a connection.
        application: What the session calls itself in ``pg_stat_activity``.
        seconds: How long a statement may take.
        uses_indexes: Whether only what an index leads to is read: for what is looked at again and again.
    """

    def __init__(
        self, connect: Connect, application: str, *, seconds: float, uses_indexes: bool = False
    ) -> None:
        self._connect = connect
        self._application = application
        self._settings = {
            "statement": f"{int(seconds * 1000)}ms",
            "lock": "2s",
            "scans": "off" if uses_indexes else "on",
        }
        self._session: Session | None = None

    @property
    def server(self) -> str:
        """The database and where it is, as ``shop on db.example.com:5432``."""
        if self._session is None:
            return ""
        info = self._session.info
        return f"{info.dbname} on {info.host or 'this machine'}:{info.port}"

    @contextmanager
    def moment(self) -> Iterator[Any]:
        """Give a cursor, of dictionaries, that sees one moment of the database as long as the block lasts.

        Raises:
            LostConnectionError: There is no connection.
            SlowAnswerError: A statement took too long, or waited for a lock.
            DatabaseError: The ledger is missing, of another version, or not to be read by this role.
        """
        import psycopg2
        from psycopg2 import errors

        try:
            session = self._session or self._open()
            with session.cursor() as cursor:
                cursor.execute(_ENTER, self._settings)
                yield cursor
            session.rollback()
        except (errors.QueryCanceled, errors.LockNotAvailable) as error:
            self._abandon()
            raise SlowAnswerError(f"the database has not answered in time: {_reason(error)}") from error
        except errors.InsufficientPrivilege as error:
            self._abandon()
            raise DatabaseError(f"the ledger cannot be read: {_reason(error)}") from error
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            self.close()
            raise LostConnectionError(f"connection lost: {_reason(error)}") from error
        except (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction) as error:
            self._abandon()
            raise DatabaseError(
                f"the ledger is not as it should be: {_reason(error)}; type: {_INSTALL}"
            ) from error
        except BaseException:
            self._abandon()
            raise

    def close(self) -> None:
        """End the session, if there is one."""
        import psycopg2

        session, self._session = self._session, None
        if session is not None:
            with suppress(psycopg2.Error):
                session.close()

    def _abandon(self) -> None:
        """End what was begun, and the session with it when that is not to be had."""
        import psycopg2

        if self._session is None:
            return
        try:
            self._session.rollback()
        except psycopg2.Error:
            self.close()

    def _open(self) -> Session:
        from psycopg2.extras import RealDictCursor

        try:
            session = self._connect()
        except DatabaseError as error:
            raise LostConnectionError(str(error)) from error
        session.cursor_factory = RealDictCursor
        with session.cursor() as cursor:
            cursor.execute("select set_config('application_name', %s, false)", [self._application])
        session.commit()
        session.set_session(isolation_level="REPEATABLE READ", readonly=True)
        try:
            with session.cursor() as cursor:
                _check_ledger(cursor)
        except BaseException:
            session.close()
            raise
        session.rollback()
        self._session = session
        return session


def _check_ledger(cursor: Any) -> None:
    from psycopg2 import errors

    cursor.execute(_LEDGER)
    found = cursor.fetchone()
    role = '"' + found["role"].replace('"', '""') + '"'
    if not found["has_schema"]:
        raise DatabaseError(
            f"there is no ledger in database {found['database']} (schema batch_ops); "
            f"to make it, type: {_INSTALL}"
        )
    grants = (
        f"role {found['role']} may not read the ledger in schema batch_ops; ask its owner for:\n"
        f"  GRANT USAGE ON SCHEMA batch_ops TO {role};\n"
        f"  GRANT SELECT ON ALL TABLES IN SCHEMA batch_ops TO {role};"
    )
    if not found["may_use"]:
        raise DatabaseError(grants)
    try:
        cursor.execute(_VERSION)
        version = cursor.fetchone()["version"] or 0
    except errors.UndefinedTable:
        version = 0
    except errors.InsufficientPrivilege as error:
        raise DatabaseError(grants) from error
    if version < LEDGER_VERSION:
        raise DatabaseError(
            f"the ledger is of version {version}, and this needs version {LEDGER_VERSION}; "
            f"to bring it up to date, type: {_INSTALL}"
        )


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
