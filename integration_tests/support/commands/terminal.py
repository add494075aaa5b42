"""A command in a terminal: keys are pressed, and what is printed is read from the screen."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.patience import PATIENCE

CTRL_C = b"\x03"


class Terminal:
    """A running command that has a terminal of its own, as the only job in its foreground.

    Args:
        command: The command.
        environment: Its environment.
        folder: Its working directory.
        size: The columns and lines of the terminal.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        size: tuple[int, int] = (80, 24),
    ) -> None:
        self._keyboard, screen = pty.openpty()
        self.size = size
        self._set_size()
        self._shown = bytearray()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=screen,
            stdout=screen,
            stderr=screen,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(screen)
        self._is_closed = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while not self._is_closed.is_set():
                if select.select([self._keyboard], [], [], 0.01)[0]:
                    piece = os.read(self._keyboard, 4096)
                    if not piece:
                        return
                    self._shown += piece
        except OSError:  # Linux: nobody has the terminal open any more.
            return
        finally:
            os.close(self._keyboard)

    def _set_size(self) -> None:
        columns, lines = self.size
        fcntl.ioctl(self._keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> None:
        """Make the window larger or smaller."""
        self.size = (columns, lines)
        self._set_size()

    @property
    def shown(self) -> bytes:
        """All that was printed so far, with what steers the terminal."""
        return bytes(self._shown)

    @property
    def screen(self) -> str:
        """All that was printed so far."""
        return self._shown.decode(errors="replace").replace("\r\n", "\n")

    def press(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._keyboard, key)

    def close(self) -> None:
        """Close the window."""
        self._is_closed.set()
        self._reader.join()

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Return as soon as a text is on the screen."""
        deadline = time.monotonic() + seconds
        while text not in self.screen:
            assert self._process.poll() is None, f"it ended without printing {text!r}:\n{self.screen}"
            assert time.monotonic() < deadline, f"it did not print {text!r}:\n{self.screen}"
            time.sleep(0.01)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Return its exit code."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise AssertionError(f"it did not end within {seconds} s:\n{self.screen}") from None
        self._reader.join(seconds)
        return code


def heed_signals() -> None:
    """Let signals do what they do to a command in a terminal, however the tests were started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _take_terminal() -> None:
    heed_signals()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
