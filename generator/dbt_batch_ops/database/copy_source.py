"""What COPY reads from: a file in UTF-8, watched for what would end the copy too early or too late."""

from __future__ import annotations

import hashlib
import io
import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from dbt_batch_ops.database.csv_text import CsvError, CsvText

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812

_SECONDS_BETWEEN_CHECKS = 2.0
_ABORTED = "idle in transaction (aborted)"
# Up to version 17, PostgreSQL takes this line for the end of the data, and ignores what follows.
_END_MARK = re.compile(r"(?<=[\r\n])\\\.(?=[\r\n])")


class CopySource(io.RawIOBase):
    """What COPY reads: the text in UTF-8.

    Args:
        session: The connection that copies.
        text: The file.
        begun: What of the text was read already.
        quote: What stands around values.
        connect: Opens another connection, to see early that the server has refused the file.
        on_progress: Told the number of bytes read.

    Attributes:
        digest: SHA-256 of what was read so far.
        failure: What went wrong in ``read``, of which psycopg2 keeps no more than the text.
    """

    def __init__(
        self,
        session: Session,
        text: CsvText,
        begun: str,
        quote: str,
        connect: Callable[[], Session] | None,
        on_progress: Callable[[int], None],
    ) -> None:
        self.digest = hashlib.sha256()
        self.failure: BaseException | None = None
        self._text = text
        self._begun = begun
        self._on_progress = on_progress
        self._end_mark = _EndMark(text, quote) if session.server_version < 180000 else None
        self._watch = _Watch(session.info.backend_pid, connect) if connect else None

    def read(self, _size: int = -1, /) -> bytes:
        """Return the next piece, of any length; nothing at the end."""
        try:
            return self._read()
        except _RefusedError:
            raise
        except BaseException as error:
            self.failure = error
            raise

    def _read(self) -> bytes:
        if self._watch:
            self._watch.look()
        text, self._begun = self._begun or self._text.read(), ""
        if self._end_mark:
            self._end_mark.look(text)
        self._on_progress(self._text.bytes_read)
        data = text.encode()
        self.digest.update(data)
        return data


class _EndMark:
    r"""Refuses a line ``\.`` that the server would take for the end of the data."""

    def __init__(self, text: CsvText, quote: str) -> None:
        self._text = text
        self._quote = quote
        self._quotes = 0
        self._line_feeds = -1  # The first line follows on a line break as all others do.
        self._returns = 0
        self._tail = "\n"

    def look(self, piece: str) -> None:
        """Look at the next piece; an empty one is the end."""
        window = self._tail + (piece or "\n")
        for match in _END_MARK.finditer(window):
            before = window[: match.start()]
            if (self._quotes + before.count(self._quote)) % 2 == 0:
                feeds = self._line_feeds + before.count("\n")
                line = 1 + (feeds or self._returns + before.count("\r"))
                raise CsvError(
                    f"{self._text.name}:{line}: the line \\. means the end of the data to PostgreSQL "
                    "before version 18; put it in quotes"
                )
        keep = window[-3:]
        passed = window[:-3]
        self._quotes += passed.count(self._quote)
        self._line_feeds += passed.count("\n")
        self._returns += passed.count("\r")
        self._tail = keep


class _RefusedError(Exception):
    """The server has given up on the COPY; what it said comes with the end of it."""


class _Watch:
    """Sees that the server has refused a file long before its end, where COPY itself would tell."""

    def __init__(self, pid: int, connect: Callable[[], Session]) -> None:
        self._pid = pid
        self._connect: Callable[[], Session] | None = connect
        self._next = time.monotonic() + _SECONDS_BETWEEN_CHECKS

    def look(self) -> None:
        """Ask the server, if it is time."""
        if self._connect is None or time.monotonic() < self._next:
            return
        state = None
        try:
            with closing(self._connect()) as other, other.cursor() as cursor:
                cursor.execute("select state from pg_catalog.pg_stat_activity where pid = %s", [self._pid])
                row = cursor.fetchone()
                state = row and row[0]
        except Exception:
            self._connect = None
        self._next = time.monotonic() + _SECONDS_BETWEEN_CHECKS
        if state == _ABORTED:
            raise _RefusedError
