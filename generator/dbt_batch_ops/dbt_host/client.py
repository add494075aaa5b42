"""A program that stands for dbt: a host runs the command, with the arguments and all else that this one has.

Started as ``python -I -S client.py SOCKET ARGUMENT…``. It passes signals on to dbt and ends as dbt ends. When
it is killed, so is dbt.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys

# Without what Python does at its start, which takes longer than all the rest, the package has to be named.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120

from dbt_batch_ops.dbt_host.wire import Lines, connect, kill, say, send_request, umask

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_HOST_IS_GONE = 2


def main() -> int:
    """Let the host run dbt; return its exit code, or minus the signal that ended it."""
    address, *words = sys.argv[1:]
    ignored = [int(number) for number in _SIGNALS if signal.getsignal(number) is signal.SIG_IGN]
    signals = _noted_signals(ignored)
    try:
        connection = connect(address)
    except OSError as error:
        return _gone(f"{address}: {error.strerror}")
    request = {
        "words": words,
        "environment": dict(os.environ),
        "folder": os.getcwd(),  # noqa: PTH109
        "umask": umask(),
        "ignored": ignored,
    }
    try:
        send_request(connection, request, [0, 1, 2])
    except ConnectionError as error:
        return _gone(str(error.strerror))
    return _wait(connection, signals)


def _noted_signals(ignored: list[int]) -> int:
    """Let signals be noted; return the pipe that tells them."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in _SIGNALS:
        if number not in ignored:
            signal.signal(number, lambda *_: None)
    return reading


def _wait(connection: socket.socket, signals: int) -> int:
    lines = Lines(connection)
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    waiting.register(signals, select.POLLIN)
    pid = None
    while not lines.is_over:
        ready = {descriptor for descriptor, _ in waiting.poll()}
        if signals in ready:
            for number in os.read(signals, 100):
                say(connection, "signal", number)
        if connection.fileno() in ready:
            for word, number in lines.read():
                if word == "code":
                    return number
                pid = number
    if pid is not None:
        kill(pid)
    return _gone("it has ended")


def _gone(why: str) -> int:
    sys.stderr.write(f"dbt cannot be run: the process that runs it is not there ({why})\n")
    return _HOST_IS_GONE


def _end(code: int) -> None:
    """End as dbt has ended."""
    sys.stderr.flush()
    if code < 0:
        signal.set_wakeup_fd(-1)
        if code != -signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    _end(main())
