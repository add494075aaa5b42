"""Servers of no protocol at all: it says nothing, or a byte at a time, or is not there."""

import socket
import threading
from types import TracebackType


def free_port() -> int:
    """Return a port of the loopback interface on which nobody listens."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class BrokenServer:
    """Takes connections, and says what it is given.

    Args:
        says: What it says at once.
        trickles: What it says after that, again and again, with pauses.
        closes: Whether it then closes the connection.
    """

    def __init__(self, says: bytes = b"", trickles: bytes = b"", *, closes: bool = False) -> None:
        self._says = says
        self._trickles = trickles
        self._closes = closes
        self._over = threading.Event()
        self._connections: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                pass
            else:
                connection.sendall(self._says)
                if self._closes:
                    connection.close()
                else:
                    self._connections.append(connection)
            for connection in list(self._connections):
                try:
                    connection.sendall(self._trickles)
                except OSError:
                    self._connections.remove(connection)

    def __enter__(self) -> "BrokenServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()
        for connection in self._connections:
            connection.close()
