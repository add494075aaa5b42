"""A real HTTP server on the loopback interface that takes requests, refuses them, drops them, or hangs."""

import json
import ssl
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from support.patience import PATIENCE


@dataclass(frozen=True)
class Request:
    """A request that the server has received whole; the names of headers are in small letters."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        content = json.loads(self.body)
        assert isinstance(content, dict)
        return content

    @property
    def notification_id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True)
class Answer:
    """What the server does with a request.

    Attributes:
        status: The status; 0 closes the connection without a word.
        body: The body; ``{headers}`` in it becomes the request's headers, ``{path}`` its path.
        headers: Headers of the answer.
        is_held: Whether it waits for ``release`` first.
        trickles: Whether it sends a header line that never ends, a byte at a time.
    """

    status: int = 204
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_held: bool = False
    trickles: bool = False


class WebhookServer:
    """An HTTP server in a thread of the test.

    Args:
        tls: Its certificate; without it the server is not encrypted.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.has_received = threading.Event()
        self.most_at_once = 0
        self._at_once: deque[str] = deque()
        self._lock = threading.Lock()
        self._answers: deque[Answer] = deque()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def answer(self, *answers: Answer) -> None:
        """Give these answers to the next requests, and after them 204."""
        self._answers.extend(answers)

    def release(self) -> None:
        """Go on where the server holds."""
        self._released.set()

    @property
    def received(self) -> list[str]:
        """The ids of the messages that came, in their order."""
        return [request.notification_id for request in self.requests]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server._take(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            answer = self._answers.popleft() if self._answers else Answer()
            request = Request(handler.path, headers, body)
            self.requests.append(request)
            self._at_once.append(request.notification_id)
            self.most_at_once = max(self.most_at_once, self._at_once.count(request.notification_id))
            self.has_received.set()
        try:
            self._reply(handler, request, answer)
        except OSError:
            pass  # The sender has gone.
        finally:
            with self._lock:
                self._at_once.remove(request.notification_id)

    def _reply(self, handler: BaseHTTPRequestHandler, request: Request, answer: Answer) -> None:
        handler.close_connection = True
        if answer.is_held:
            self._released.wait(PATIENCE / 2)
        if answer.trickles:
            handler.wfile.write(b"HTTP/1.1 500 Slow\r\nX-Slow: ")
            while not self._released.wait(0.02):
                handler.wfile.write(b"a")
            return
        if answer.status == 0:
            return
        said = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        body = answer.body.replace("{headers}", said).replace("{path}", request.path).encode()
        handler.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def __enter__(self) -> "WebhookServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
