"""The channel ``webhook``: a message becomes a signed JSON document, posted to a URL.

Headers and signature follow Standard Webhooks 1.0.0, so that receivers can use its libraries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import ssl
import time
from contextlib import suppress
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from dbt_batch_ops import __version__
from dbt_batch_ops.notify.deadline import Deadline
from dbt_batch_ops.notify.message import Cause, DeliveryError, Message
from dbt_batch_ops.notify.scrubbing import Scrubber
from dbt_batch_ops.notify.settings import WebhookSettings, secrets_of

_EXCERPT_BYTES = 2000
# 408: it waited too long; 425: too early; 429: too many.
_TRY_AGAIN = (408, 425, 429)
# What of a URL is long enough to be a key that somebody has made up.
_LIKE_A_KEY = 8


class Webhook:
    """Posts messages to a URL.

    Args:
        settings: Where to, and with what they are signed.
    """

    name = "webhook"

    def __init__(self, settings: WebhookSettings) -> None:
        url = settings.url
        self._settings = settings
        self._port = url.port or (443 if url.scheme == "https" else 80)
        self._path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        # Without its path, which is a secret where a service gives out URLs.
        self._place = f"{url.scheme}://{url.hostname}:{self._port}"
        self.scrub = Scrubber(_secrets(settings))

    def send(self, message: Message, deadline: Deadline) -> None:
        """Post a message; it is delivered when the answer is 2xx.

        Raises:
            DeliveryError: It was not, or the answer was lost.
        """
        context = None
        if self._settings.url.scheme == "https":
            context = ssl.create_default_context(cafile=self._settings.ca_file)
        connection = _Connection(self._settings.url.hostname or "", self._port, context, deadline)
        body = body_of(message)
        try:
            connection.request("POST", self._path, body, self._headers(message, body))
            answer = connection.getresponse()
            if 200 <= answer.status < 300:
                return
            raise self._refusal(answer)
        except (OSError, http.client.HTTPException) as error:
            reason = f"no end within {deadline.seconds:g} s" if deadline.is_over else _reason(error)
            raise DeliveryError(f"{self._place}: {reason}", is_of_channel=True) from None
        finally:
            connection.close()

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"dbt-batch-ops/{__version__}",
            "Connection": "close",
            "webhook-id": message.notification_id,
            "webhook-timestamp": moment,
        }
        if self._settings.keys:
            headers["webhook-signature"] = " ".join(
                signature(key, message.notification_id, moment, body) for key in self._settings.keys
            )
        if self._settings.credentials:
            login = ":".join(self._settings.credentials)
            headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        return headers

    def _refusal(self, answer: http.client.HTTPResponse) -> DeliveryError:
        excerpt = b""
        with suppress(OSError, http.client.HTTPException):
            excerpt = answer.read(_EXCERPT_BYTES)
        status = answer.status
        said = f"{self._place} said {status} {answer.reason}"
        if 300 <= status < 400:
            said += " (redirects are not followed: set the URL to where it leads)"
        # Without the secrets already here: a part of one would not be known as such.
        text = self.scrub(excerpt.decode(errors="replace")).strip()
        if status == 410:
            cause = Cause.GONE
        elif status < 500 and status not in _TRY_AGAIN:
            cause = Cause.REFUSED
        else:
            cause = Cause.TEMPORARY
        return DeliveryError(
            f"{said}: {text}" if text else said,
            cause,
            is_of_channel=cause is Cause.TEMPORARY or status in (401, 403, 404),
            retry_after=_retry_after(answer.headers.get("Retry-After")),
        )


class _Connection(http.client.HTTPConnection):
    """A connection that ends with its time; encrypted when there is a context."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, deadline: Deadline) -> None:
        super().__init__(host, port)
        self.default_port = 80 if context is None else 443
        self._context = context
        self._deadline = deadline

    def connect(self) -> None:
        self.sock = self._deadline.connect(self.host, self.port)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


def body_of(message: Message) -> bytes:
    """Return the document: the facts, and the words for a person."""
    words = f"{message.subject}\n{message.message}" if message.message else message.subject
    content: dict[str, Any] = {
        **message.payload,
        "type": f"batch_ops.run.{message.event}",
        "timestamp": message.created_at,
        "notification_id": message.notification_id,
        "sequence_number": message.sequence_number,
        "operation_id": message.operation_id,
        "event": message.event,
        "subject": message.subject,
        "message": message.message,
        # What most chat services show.
        "text": words,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def signature(key: bytes, notification_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a document, as the header has it."""
    signed = f"{notification_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _secrets(settings: WebhookSettings) -> list[str]:
    url = settings.url
    signing = secrets_of(settings.secret)
    secrets = [*signing, *(part.removeprefix("whsec_") for part in signing)]
    secrets += [key.decode() for key in settings.keys if key.isascii()]
    if settings.credentials:
        secrets += [settings.credentials[1], ":".join(settings.credentials), url.netloc.rpartition("@")[0]]
    secrets += [part for part in url.path.split("/") if len(part) >= _LIKE_A_KEY]
    secrets += [value for _, value in parse_qsl(url.query)] + [url.query]
    return secrets


def _retry_after(text: str | None) -> float | None:
    """Return the seconds that a header names, as a number or as a date."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max((moment - datetime.now(timezone.utc)).total_seconds(), 0.0)


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, http.client.RemoteDisconnected):
        return "it closed the connection without an answer"
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return f"its answer is no HTTP: {type(error).__name__}"
