"""The wish to stop, for threads that wait for a socket as well as for those that wait for time to pass."""

from __future__ import annotations

import os
import select
import threading


class Stop:
    """Is set once, from a signal handler as well; ``select`` can wait for it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reading, self._writing = os.pipe()

    def now(self) -> None:
        """Let everything stop."""
        if not self._event.is_set():
            self._event.set()
            os.write(self._writing, b".")  # Nobody reads it, so all who wait are woken.

    def is_set(self) -> bool:
        """Whether everything is to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until everything is to stop; returns whether it is."""
        select.select([self._reading], [], [], max(seconds, 0.0))
        return self._event.is_set()

    def fileno(self) -> int:
        """Return what ``select`` waits for."""
        return self._reading
