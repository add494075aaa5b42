"""Statements and queries on one session, with mistakes as exceptions of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812

Connect = Callable[[], "Session"]
Row = tuple[Any, ...]


class RefusedError(Exception):
    """The database refuses a statement.

    Attributes:
        sqlstate: Why, as a code.
        message: Why, in words.
    """

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message


class Database:
    """One session. Statements commit by themselves outside of ``transaction``.

    Args:
        session: The connection; is closed by its owner.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._is_in_transaction = False
        session.autocommit = True

    def execute(self, statement: str) -> int:
        """Run one statement as it stands; return how many rows it is about.

        Raises:
            RefusedError: The database refuses it.
        """
        return self._run(statement)[0]

    def rows(self, query: str) -> list[Row]:
        """Return the rows of a query as it stands.

        Raises:
            RefusedError: The database refuses it.
        """
        return self._run(query)[1]

    def value(self, query: str) -> Any:
        """Return the one value of a query.

        Raises:
            RefusedError: The database refuses it.
        """
        rows = self.rows(query)
        return rows[0][0] if rows else None

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Do something in a transaction, and undo it at the end."""
        self.execute("begin isolation level read committed")
        self._is_in_transaction = True
        try:
            yield
        finally:
            self._is_in_transaction = False
            self.execute("rollback")

    def value_or_none(self, query: str) -> Any:
        """Return the one value of a query, or ``None`` when it is refused; a transaction goes on."""
        if not self._is_in_transaction:
            with suppress(RefusedError):
                return self.value(query)
            return None
        self.execute("savepoint question")
        value = None
        with suppress(RefusedError):
            value = self.value(query)
        self.execute("rollback to savepoint question")
        return value

    def attempt(self, statement: str) -> RefusedError | None:
        """Run a statement inside a transaction; when it is refused, only it is undone."""
        self.execute("savepoint attempt")
        try:
            self.execute(statement)
        except RefusedError as refused:
            self.execute("rollback to savepoint attempt")
            return refused
        self.execute("release savepoint attempt")
        return None

    def _run(self, statement: str) -> tuple[int, list[Row]]:
        import psycopg2

        with self._session.cursor() as cursor:
            try:
                cursor.execute(statement)
            except psycopg2.Error as error:
                message = error.diag.message_primary or str(error)
                raise RefusedError(error.pgcode or "08006", " ".join(message.split())) from error
            return cursor.rowcount, cursor.fetchall() if cursor.description else []


def literal(value: str | None) -> str:
    """Return a text as an SQL literal that any setting of the server reads the same way."""
    if value is None:
        return "null"
    if "\\" in value:
        return " E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    return "'" + value.replace("'", "''") + "'"


def quoted(*names: str) -> str:
    """Return a name, perhaps with its schema, in double quotes."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)
