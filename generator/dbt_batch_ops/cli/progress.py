"""How far a file has come: a bar on a terminal, else a line now and then. All of it on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from dbt_batch_ops.cli.report import print_error

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

_FIRST_LINE_AFTER = 2.0
_SECONDS_BETWEEN_LINES = 10.0


def size(count: int) -> str:
    """Return a number of bytes for people.

    >>> size(1), size(1_234_567)
    ('1 byte', '1.2 MB')
    """
    if count < 1000:
        return "1 byte" if count == 1 else f"{count} bytes"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} TB"


class Progress:
    """Shows how far something has come, from the first ``show`` to the end of the ``with`` block.

    Args:
        what: What is done, as ``loading products.csv``.
        total: What it will come to, or ``None`` when nobody knows.
        is_bytes: Whether it is counted in bytes; in rows otherwise.
    """

    def __init__(self, what: str, total: int | None, *, is_bytes: bool) -> None:
        self._what = what
        self._total = total
        self._is_bytes = is_bytes
        self._next_line = time.monotonic() + _FIRST_LINE_AFTER
        self._bar = _bar(is_bytes=is_bytes) if sys.stderr.isatty() else None
        self._task = self._bar.add_task(what, total=total) if self._bar else None

    def show(self, done: int) -> None:
        """Show how far it is now."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done)
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
            of = f" of {self._amount(self._total)}" if self._total else ""
            print_error(f"{self._what}: {self._amount(done)}{of}")

    def _amount(self, count: int) -> str:
        return size(count) if self._is_bytes else f"{count:,} rows"

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def _bar(*, is_bytes: bool) -> Bars:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    amount: ProgressColumn = DownloadColumn() if is_bytes else MofNCompleteColumn()
    name = TextColumn("{task.description}", markup=False)
    return Bars(
        name, BarColumn(), amount, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    )
