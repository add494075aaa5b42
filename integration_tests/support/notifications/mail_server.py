"""A real SMTP server on the loopback interface that takes mail, refuses it, drops the line, or hangs."""

import asyncio
import ssl
import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from support.notifications.broken_servers import free_port

STAGES = ("EHLO", "MAIL", "RCPT", "DATA")
DROP = "drop"
"""An answer: take what came, and close the connection without a word."""
HOLD = "hold"
"""An answer: take what came, and say nothing until ``release``."""


@dataclass(frozen=True)
class Mail:
    """A mail that the server has received whole."""

    sender: str
    recipients: list[str]
    raw: bytes
    is_encrypted: bool
    login: str | None

    @property
    def parsed(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def notification_id(self) -> str:
        return str(self.parsed["X-Batch-Ops-Notification-Id"])


class MailServer:
    """An SMTP server in a thread of the test.

    Args:
        tls: The certificate for STARTTLS, or for TLS from the first byte.
        implicit: Whether it is TLS from the first byte.
        login: The user and the password that it wants.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.mails: list[Mail] = []
        self.wrong_logins: list[tuple[str, str]] = []
        self.has_received = threading.Event()
        self._login = login
        self._answers: dict[str, deque[str]] = defaultdict(deque)
        self._released = threading.Event()
        options: dict[str, Any] = {"ssl_context": tls} if implicit else {"tls_context": tls}
        if login is not None:
            options |= {
                "authenticator": self._authenticate,
                "auth_required": True,
                "auth_require_tls": tls is not None and not implicit,
            }
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, require_starttls=bool(tls and not implicit), **options
        )

    def answer(self, stage: str, *answers: str) -> None:
        """Give these answers to the next commands of a stage instead of doing what they ask."""
        assert stage in STAGES
        self._answers[stage].extend(answers)

    def release(self) -> None:
        """Go on where the server holds."""
        self._released.set()

    def _authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        if given != self._login:
            self.wrong_logins.append(given)
            # An unkind server: it repeats what it was given.
            return AuthResult(
                success=False, handled=False, message=f"535 5.7.8 no '{given[1]}' for '{given[0]}' here"
            )
        session.login_name = given[0]
        return AuthResult(success=True)

    def _next(self, stage: str) -> str | None:
        return self._answers[stage].popleft() if self._answers[stage] else None

    async def handle_EHLO(  # noqa: N802 - the name is aiosmtpd's
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        answer = self._next("EHLO")
        return responses if answer is None else [answer]

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self._next("MAIL")
        if answer is not None:
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self._next("RCPT")
        if answer is not None and not answer.startswith("250"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self._next("DATA")
        if answer is None or answer in (DROP, HOLD):
            self.mails.append(
                Mail(
                    envelope.mail_from,
                    list(envelope.rcpt_tos),
                    envelope.content,
                    server.transport.get_extra_info("sslcontext") is not None,
                    getattr(session, "login_name", None),
                )
            )
            self.has_received.set()
        if answer == DROP:
            server.transport.abort()
        if answer == HOLD:
            while not self._released.is_set():
                await asyncio.sleep(0.01)
        return "250 OK" if answer in (None, DROP, HOLD) else answer

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._released.set()
        self._controller.stop()
