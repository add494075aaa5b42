"""A dbt command that was started, whoever runs it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path

from dbt_batch_ops.dbt_host.errors import DbtError
from dbt_batch_ops.dbt_host.wire import Lines, kill

_CLOCK = re.compile(r"^\d\d:\d\d:\d\d  ?", re.MULTILINE)
_CHATTER = ("Running with dbt=", "Registered adapter", "Found ")


class Command(ABC):
    """A process that runs one dbt command, in a session of its own.

    Attributes:
        pid: The process.
    """

    def __init__(self, pid: int, output: Path) -> None:
        self.pid = pid
        self._output = output

    @property
    @abstractmethod
    def is_running(self) -> bool:
        """Whether it has not ended."""

    @abstractmethod
    def wait(self, seconds: float | None = None) -> int | None:
        """Return its exit code, or minus the signal that ended it; ``None`` when it has not ended by then.

        Raises:
            DbtError: How it ended nobody can tell any more.
        """

    @property
    def printed(self) -> str:
        """All that it has printed so far, to either stream."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    @property
    def output(self) -> str:
        """The same without the time of day and dbt's own first lines."""
        lines = _CLOCK.sub("", self.printed).splitlines()
        return "\n".join(line for line in lines if not line.startswith(_CHATTER)).strip()

    def signal(self, number: int) -> None:
        """Send a signal to it."""
        if self.is_running:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL for it and all that it has started, and wait until it is gone."""
        if self.is_running:
            kill(self.pid)
        with suppress(DbtError):
            self.wait()


class HostedCommand(Command):
    """A command of a host. It ends when this object is gone, or the program that has it.

    Args:
        connection: To the host, which has been asked for the command.
        output: The file to which it prints.
        host_log: Returns what the host has said.
    """

    def __init__(self, connection: socket.socket, output: Path, host_log: Callable[[], str]) -> None:
        self._connection = connection
        # Not at the command's end: another thread may be waiting for it.
        weakref.finalize(self, connection.close)
        self._lines = Lines(connection)
        self._host_log = host_log
        self._lock = threading.Lock()
        self._code: int | None = None
        self.pid = 0
        while not self.pid and not self._has_ended:
            self._read()
        if not self.pid:
            raise DbtError(self._why_gone())
        super().__init__(self.pid, output)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        self._listen(0)
        return not self._has_ended

    def wait(self, seconds: float | None = None) -> int | None:
        """Return how it ended; see above."""
        self._listen(seconds)
        if self._has_ended and self._code is None:
            raise DbtError(self._why_gone())
        return self._code

    @property
    def _has_ended(self) -> bool:
        return self._code is not None or self._lines.is_over

    def _listen(self, seconds: float | None) -> None:
        """Wait until it has ended, or until the time is over."""
        while not self._has_ended and wait([self._connection], seconds):
            with self._lock:
                if not self._has_ended and wait([self._connection], 0):
                    self._read()

    def _read(self) -> None:
        for word, number in self._lines.read():
            if word == "pid":
                self.pid = number
            else:
                self._code = number
        if self._lines.is_over and self._code is None and self.pid:
            kill(self.pid)

    def _why_gone(self) -> str:
        return f"the process that runs dbt has ended before its command; it said:\n{self._host_log()}"


class ProgramCommand(Command):
    """A command that is a program which was started.

    Args:
        process: The program, as the first of a session.
        output: The file to which it prints.
    """

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        super().__init__(process.pid, output)
        self._process = process

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait(self, seconds: float | None = None) -> int | None:
        """Return how it ended; see above."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def kill(self) -> None:
        """SIGKILL for it and all that it has started, and wait until it is gone."""
        # A wrapper may be gone while what it has started works on.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
