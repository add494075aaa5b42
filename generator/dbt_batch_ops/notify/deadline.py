"""The end of an attempt: a server that hangs, or trickles a byte now and then, is cut off.

A socket's timeout starts anew with every byte. So the connection itself is shut down when the time is
over, by another thread, whatever the sending one waits for: an answer, a handshake, room to write.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType


class Deadline:
    """So many seconds for one attempt, used as a context manager.

    Args:
        seconds: How long it may take.
        since: When it began (``time.monotonic()``): before the message was leased, so that a process that was
            suspended in between does not send what somebody else has sent meanwhile.
    """

    def __init__(self, seconds: float, since: float) -> None:
        self.seconds = seconds
        self._end = since + seconds
        self._lock = threading.Lock()
        self._held: socket.socket | None = None
        self._timer = threading.Timer(max(self._end - time.monotonic(), 0), self._strike)
        self._timer.daemon = True

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._end

    def remaining(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutError: There are none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for it is over")
        return left

    def connect(self, host: str, port: int) -> socket.socket:
        """Open a connection that ends with the time.

        Raises:
            OSError: There is none.
        """
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        error: OSError = OSError("the name has no address")
        for number, (family, kind, protocol, _, address) in enumerate(addresses):
            connection = socket.socket(family, kind, protocol)
            try:
                # One that does not answer leaves time for the others.
                connection.settimeout(self.remaining() / (len(addresses) - number))
                connection.connect(address)
                connection.settimeout(self.remaining())
                self._hold(connection)
                return connection
            except OSError as failure:
                connection.close()
                error = failure
        raise error

    def _hold(self, connection: socket.socket) -> None:
        with self._lock:
            # Of its own: TLS takes the socket over, and the connection is the same.
            self._held = connection.dup()

    def _strike(self) -> None:
        with self._lock:
            if self._held is not None:
                with suppress(OSError):
                    self._held.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._held is not None:
                self._held.close()
                self._held = None
