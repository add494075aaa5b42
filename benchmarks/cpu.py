"""Processor time of database sessions: less noisy than the clock on a machine that others use as well."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

_INTERVAL = 0.02


def cpu_seconds(pid: int) -> float | None:
    """Return the processor time that a process has used so far, or None where it cannot be had."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The second field is the program's name in parentheses and may itself hold blanks and parentheses.
    fields = text.rpartition(")")[2].split()
    user, system = fields[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class CpuWatch:
    """Keeps an eye on a session that others start and end.

    Args:
        find_pid: Returns the session's process id, or None as long as there is none.
    """

    def __init__(self, find_pid: Callable[[], int | None]) -> None:
        self.seconds: float | None = None
        """What the session had used when it was last seen, within a fiftieth of a second of its end."""
        self._find_pid = find_pid
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        pid = None
        while not self._is_over.wait(_INTERVAL):
            pid = pid or self._find_pid()
            if pid is not None:
                seen = cpu_seconds(pid)
                if seen is None:
                    return
                self.seconds = seen

    def __enter__(self) -> CpuWatch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()
