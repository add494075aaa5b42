"""The channel ``email``: a message becomes a mail, handed to an SMTP server."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from datetime import timezone
from email.message import EmailMessage
from email.policy import SMTP

from dbt_batch_ops.notify.deadline import Deadline
from dbt_batch_ops.notify.facts import facts_block
from dbt_batch_ops.notify.message import Cause, DeliveryError, Message, moment, one_line
from dbt_batch_ops.notify.scrubbing import Scrubber
from dbt_batch_ops.notify.settings import SmtpSettings

_LONGEST_SUBJECT = 200
# So often a message is kept from all because one recipient may take it later: the others would get it again.
_PATIENT_ATTEMPTS = 4
_SECONDS_TO_QUIT = 2.0
# No eighth bit on the wire: not every server passes it on.
_POLICY = SMTP.clone(cte_type="7bit")


class Mail:
    """Sends messages by mail.

    Args:
        settings: How.
    """

    name = "email"

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        login = f"\0{settings.user}\0{settings.password}" if settings.password else ""
        self.scrub = Scrubber([settings.password, login])

    def send(self, message: Message, deadline: Deadline) -> str | None:
        """Hand a message to the server; return which recipients it refuses for good, if any.

        Raises:
            DeliveryError: It was not taken, or its answer was lost.
        """
        place = f"{self._settings.host}:{self._settings.port}"
        try:
            return self._send(message, deadline)
        except (DeliveryError, OSError, smtplib.SMTPException) as error:
            if deadline.is_over:
                # Whatever it looks like: half a line, cut off, may read as an answer.
                reason = f"{place}: no end within {deadline.seconds:g} s"
                raise DeliveryError(reason, is_of_channel=True) from None
            raise _failure(place, error) from None

    def _send(self, message: Message, deadline: Deadline) -> str | None:
        settings = self._settings
        context = ssl.create_default_context(cafile=settings.ca_file)
        server = _Server(settings, context, deadline)
        try:
            server.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                if not server.has_extn("starttls"):
                    raise smtplib.SMTPNotSupportedError("the server offers no STARTTLS; nothing was sent")
                server.starttls(context=context)
                server.ehlo_or_helo_if_needed()
            if settings.user:
                server.login(settings.user, settings.password)
            return self._hand_over(server, message)
        finally:
            # The answer to QUIT is no matter any more.
            with suppress(OSError, smtplib.SMTPException):
                if server.sock is not None:
                    server.sock.settimeout(_SECONDS_TO_QUIT)
                server.quit()
            server.close()

    def _hand_over(self, server: smtplib.SMTP, message: Message) -> str | None:
        code, answer = server.mail(self._settings.sender.addr_spec)
        if code != 250:
            raise smtplib.SMTPResponseException(code, answer)
        refused: list[tuple[str, int, bytes]] = []
        for recipient in self._settings.recipients:
            code, answer = server.rcpt(recipient.addr_spec)
            if code not in (250, 251):
                refused.append((recipient.addr_spec, code, answer))
        later = [refusal for refusal in refused if refusal[1] < 500]
        nobody = len(refused) == len(self._settings.recipients)
        if nobody or (later and message.attempt < _PATIENT_ATTEMPTS):
            address, code, answer = (later or refused)[0]
            raise _refusal(f"for {address} the server said", code, answer)
        code, answer = server.data(compose(message, self._settings).as_bytes(policy=_POLICY))
        if code != 250:
            raise _refusal("to the message the server said", code, answer)
        if refused:
            answers = [f"{address}: {_said(code, answer)}" for address, code, answer in refused]
            return "not for " + "; ".join(answers)
        return None


class _Server(smtplib.SMTP):
    """A connection that ends with its time, and is encrypted from its first byte if it shall be."""

    def __init__(self, settings: SmtpSettings, context: ssl.SSLContext, deadline: Deadline) -> None:
        self._deadline = deadline
        self._wrapping = context if settings.security == "tls" else None
        super().__init__(settings.host, settings.port, timeout=deadline.remaining())

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = self._deadline.connect(host, port)
        if self._wrapping is None:
            return connection
        return self._wrapping.wrap_socket(connection, server_hostname=host)


def compose(message: Message, settings: SmtpSettings) -> EmailMessage:
    """Return a message as a mail. Nothing in it can become a header of its own."""
    domain = settings.sender.domain
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = settings.sender
    mail["To"] = settings.recipients
    mail["Subject"] = one_line(message.subject, _LONGEST_SUBJECT)
    mail["Date"] = moment(message.created_at).astimezone(timezone.utc)
    mail["Message-ID"] = f"<{message.notification_id}@{domain}>"
    # Mail of one run belongs to one conversation.
    mail["References"] = f"<run.{message.operation_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Batch-Ops-Notification-Id"] = message.notification_id
    mail["X-Batch-Ops-Operation-Id"] = message.operation_id
    mail["X-Batch-Ops-Event"] = message.event
    text = "".join(char if char.isprintable() or char in "\n\t" else " " for char in message.message)
    mail.set_content(f"{text.strip()}\n\n{facts_block(message)}\n")
    return mail


def _failure(place: str, error: Exception) -> DeliveryError:
    if isinstance(error, DeliveryError):
        return error
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(f"{place} said", error.smtp_code, error.smtp_error, is_of_channel=True)
    is_refused = isinstance(error, smtplib.SMTPNotSupportedError)
    cause = Cause.REFUSED if is_refused else Cause.TEMPORARY
    return DeliveryError(f"{place}: {_reason(error)}", cause, is_of_channel=True)


def _refusal(
    introduction: str, code: int, answer: bytes | str, *, is_of_channel: bool = False
) -> DeliveryError:
    # 421 at any moment: the server closes, whatever the message.
    return DeliveryError(
        f"{introduction}: {_said(code, answer)}",
        Cause.REFUSED if code >= 500 else Cause.TEMPORARY,
        is_of_channel=is_of_channel or code == 421,
    )


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}" if code > 0 else text


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return str(error) or type(error).__name__
