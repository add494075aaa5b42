"""Exports: the rows that an operation selects, written into a file in memory by a client that may die."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable
from contextlib import closing, suppress

from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.database.export import Export
from dbt_batch_ops.scenarios.database import Connect

_DELIMITER = ","


class _ClientDiedError(Exception):
    """The client is gone before it could tell the ledger what it has written."""


class ExportFile:
    """The file of an export; what a client that died has written stays in it.

    Args:
        connect: Opens a connection.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._file = io.BytesIO()

    @property
    def lines(self) -> tuple[str, ...]:
        """Its rows, each as a JSON array of texts."""
        text = self._file.getvalue().decode("utf-8")
        return tuple(json.dumps(row, ensure_ascii=False) for row in csv.reader(io.StringIO(text, newline="")))

    def write(self, operation_id: uuid.UUID, dies_after: int | None = None) -> bool:
        """Write what is left of an export; return whether its run is completed.

        Args:
            operation_id: The run, which is open.
            dies_after: Batches after which the client dies: with one more in the file, and not in the ledger.

        Raises:
            DatabaseError: The database refuses.
        """
        batches = 0

        def flush() -> int:
            if dies_after is not None and batches == dies_after:
                raise _ClientDiedError
            return self._file.tell()

        with closing(self._connect()) as session:
            running = Export(session, operation_id)
            state = running.begin()
            self._file.seek(state.position or 0)
            self._file.truncate()
            with suppress(_ClientDiedError):
                while running.write_batch(self._file, _DELIMITER, flush) is not None:
                    batches += 1
                status, _ = running.finish()
                return status == "completed"
        return False


def written(write: Callable[[], bool]) -> tuple[int, str]:
    """Return how a command would end that writes, and what it would say."""
    try:
        return (0 if write() else 1), ""
    except DatabaseError as error:
        return 1, str(error)
