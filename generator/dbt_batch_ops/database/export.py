"""Exports: the rows of a run, batch after batch, each recorded after it has reached the disk.

The order makes a kill harmless at any moment: the rows are written and flushed, then the length of the file
is committed with the batch. What is in the file beyond that length belongs to no batch, and is cut off.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from dbt_batch_ops.database.errors import DatabaseError

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812


@dataclass(frozen=True)
class ExportState:
    """What the ledger knows of an export.

    Attributes:
        status: The status of its run.
        is_closed: Whether nothing is left to do.
        columns: The names of the columns.
        position: Bytes of the file that are recorded; ``None`` before the first batch.
        records: Rows that are recorded.
        total_records: Rows that it will come to, or ``None``.
        batches: Batches that are recorded.
    """

    status: str
    is_closed: bool
    columns: tuple[str, ...]
    position: int | None
    records: int
    total_records: int | None
    batches: int


class Export:
    """One export, on one connection.

    Args:
        session: A connection without a transaction.
        operation_id: The run.
    """

    def __init__(self, session: Session, operation_id: uuid.UUID) -> None:
        self._session = session
        self._run = str(operation_id)

    def begin(self) -> ExportState:
        """Return how far it is.

        Raises:
            DatabaseError: There is no such export.
        """
        # What is in the file cannot be taken back, so the record of it must not be lost either.
        self._call(
            "select pg_catalog.set_config('synchronous_commit', 'on', false) "
            "where pg_catalog.current_setting('synchronous_commit') = 'off'"
        )
        state = self._call("select batch_ops.begin_export(%s)", self._run)
        if state is None:
            raise DatabaseError(f"there is no export {self._run}")
        return ExportState(
            status=state["status"],
            is_closed=state["is_closed"],
            columns=tuple(state["columns"]),
            position=state["position"],
            records=state["records"] or 0,
            total_records=state["total_records"],
            batches=state["batches"] or 0,
        )

    def write_batch(self, file: BinaryIO, delimiter: str, flush: Callable[[], int]) -> int | None:
        """Write the next batch and record it.

        Args:
            file: Gets the rows.
            delimiter: What stands between values.
            flush: Brings the file to the disk, and returns its length.

        Returns:
            The number of rows, or ``None`` when there is no batch left, or the run may not go on.

        Raises:
            DatabaseError: The database refuses; nothing of the batch is recorded.
            OSError: The file cannot be written; the same.
        """
        import psycopg2
        from psycopg2 import sql

        try:
            with self._session, self._session.cursor() as cursor:
                cursor.execute("select batch_ops.claim_export(%s)", [self._run])
                row = cursor.fetchone()
                if row is None or row[0] is None:
                    return None
                claim: dict[str, Any] = row[0]
                # On lines of its own: the statement may end with a comment.
                copy = sql.SQL("copy (\n{}\n) to stdout (format csv, delimiter {})").format(
                    sql.SQL(claim["statement"]), sql.Literal(delimiter)
                )
                cursor.copy_expert(copy, file)
                records = cursor.rowcount
                cursor.execute(
                    "select batch_ops.settle_export(%s, %s, %s, %s)",
                    [self._run, claim["batch_number"], records, flush()],
                )
        except psycopg2.Error as error:
            raise DatabaseError(_message(error)) from error
        return records

    def finish(self) -> tuple[str, bool]:
        """End this part of the run, which is completed when all is exported.

        Returns:
            The status of the run, and whether nothing is left to go on with.
        """
        summary = self._call("select batch_ops.finish_export(%s)", self._run)
        return summary["status"], summary["is_closed"]

    def _call(self, statement: str, *values: str) -> Any:
        import psycopg2

        try:
            with self._session, self._session.cursor() as cursor:
                cursor.execute(statement, values)
                row = cursor.fetchone()
        except psycopg2.Error as error:
            raise DatabaseError(_message(error)) from error
        return row and row[0]


def _message(error: Exception) -> str:
    diagnostics = getattr(error, "diag", None)
    message = getattr(diagnostics, "message_primary", None) or str(error)
    hint = getattr(diagnostics, "message_hint", None)
    return " ".join(f"{message} {hint or ''}".split())
