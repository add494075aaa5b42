"""Ctrl-C and its relatives: what ends a command, and what must not be disturbed by it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Handler = Callable[[int, FrameType | None], Any] | signal.Handlers


@contextmanager
def handled(handler: Handler) -> Iterator[None]:
    """Handle all signals that ask a program to end in one way, and afterwards as before.

    A signal that whoever started the program had it ignore, as ``nohup`` does, stays ignored.
    """
    heeded = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heeded}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let every such signal raise ``KeyboardInterrupt``, so that what was begun is cleaned up."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with handled(interrupt):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore such signals: for cleaning up."""
    with handled(signal.SIG_IGN):
        yield


@contextmanager
def passed_on(process: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Pass such signals on to a program and wait for it; gives the list of what came.

    A terminal's Ctrl-C reaches the program by itself, and a second one would break off its own cleaning up.
    """
    came: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        if number != signal.SIGINT or not _is_in_foreground():
            process.send_signal(number)

    with handled(pass_on):
        yield came


def _is_in_foreground() -> bool:
    """Return whether a terminal sends its Ctrl-C to this program and to those that it started."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
