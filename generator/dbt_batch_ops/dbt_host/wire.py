"""What is said between a host and those who start commands with it, over one connection a command.

First comes the request with the descriptors for standard input, output and error. The host answers with
``pid 4711`` and at the end with ``code 0``, or minus the signal. In between it is told ``signal 15``.

Imports little: the program that stands for dbt has to start in no time.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

_LENGTH_BYTES = 8


def connect(address: str) -> socket.socket:
    """Connect to a host."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def send_request(connection: socket.socket, request: dict[str, Any], descriptors: Sequence[int]) -> None:
    """Ask for a command.

    Args:
        connection: To the host.
        request: Its ``words``, ``environment``, ``folder``, ``umask``, and numbers of ``ignored`` signals.
        descriptors: Its standard input, output and error.
    """
    text = json.dumps(request).encode()
    socket.send_fds(connection, [len(text).to_bytes(_LENGTH_BYTES, "big")], list(descriptors))
    connection.sendall(text)


def receive_request(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return a request and its descriptors.

    Raises:
        EOFError: Whoever asks is gone before all was said.
    """
    first, descriptors, _, _ = socket.recv_fds(connection, _LENGTH_BYTES, 3)
    try:
        head = first + _receive(connection, _LENGTH_BYTES - len(first)) if first else b""
        request = json.loads(_receive(connection, int.from_bytes(head, "big"))) if head else None
        if not isinstance(request, dict) or len(descriptors) != 3:
            raise EOFError
    except BaseException:
        for descriptor in descriptors:
            os.close(descriptor)
        raise
    return request, descriptors


def _receive(connection: socket.socket, count: int) -> bytes:
    pieces = []
    while count > 0:
        piece = connection.recv(min(count, 1 << 20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


class Lines:
    """Reads what the other side says, as often as something is there."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._rest = b""
        self.is_over = False

    def read(self) -> list[tuple[str, int]]:
        """Wait for something; return the words that have come, each with its number."""
        try:
            received = self._connection.recv(4096)
        except ConnectionError:
            received = b""
        self.is_over = not received
        *lines, self._rest = (self._rest + received).split(b"\n")
        return [(word, int(number)) for word, number in (line.decode().split() for line in lines)]


def say(connection: socket.socket, word: str, number: int) -> None:
    """Say one thing; nobody may be there any more to hear it."""
    with suppress(ConnectionError):
        connection.sendall(f"{word} {number}\n".encode())


def umask() -> int:
    """Return what this process masks of the permissions of new files."""
    # To look at it is to set it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def kill(pid: int) -> None:
    """SIGKILL for a command and all that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        # It gets a group of its own in its very first moment, and maybe is not that far.
        os.kill(pid, signal.SIGKILL)
        os.killpg(pid, signal.SIGKILL)
