"""A message that waits to be delivered, and what can go wrong on its way."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from dbt_batch_ops.notify.deadline import Deadline
    from dbt_batch_ops.notify.scrubbing import Scrubber


@dataclass(frozen=True)
class Message:
    """One message as it was claimed for one channel.

    Attributes:
        notification_id: Its name for ever: the same in each attempt, on each channel.
        channel: The channel that it was claimed for.
        attempt: Which attempt this is, from 1.
        sequence_number: Its place among all messages.
        operation_id: The run that it tells of.
        event: What happened: started, progress, error_threshold or ended.
        subject: A line.
        message: The text.
        payload: The facts behind it.
        created_at: When it was written, as ISO 8601.
    """

    notification_id: str
    channel: str
    attempt: int
    sequence_number: int
    operation_id: str
    event: str
    subject: str
    message: str
    created_at: str
    payload: dict[str, Any] = field(default_factory=dict)


class Cause(enum.Enum):
    """Why a message was not delivered, and so for how long it is tried."""

    TEMPORARY = "temporary"
    """It may work later: no answer, a busy or a broken server."""
    REFUSED = "refused"
    """The receiver does not want it as it is; a person may mend that: a password, an address, a URL."""
    GONE = "gone"
    """The receiver wants no more messages."""


class DeliveryError(Exception):
    """A message was not delivered, or nobody knows whether it was.

    Args:
        reason: What happened, for a person.
        cause: How long to try.
        is_of_channel: Whether other messages would fare the same now.
        retry_after: Seconds for which the receiver asked to be left alone.
    """

    def __init__(
        self,
        reason: str,
        cause: Cause = Cause.TEMPORARY,
        *,
        is_of_channel: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.cause = cause
        self.is_of_channel = is_of_channel
        self.retry_after = retry_after


class Channel(Protocol):
    """A way to deliver messages."""

    name: str
    scrub: Scrubber

    def send(self, message: Message, deadline: Deadline) -> str | None:
        """Deliver a message; return what is to be said although it was delivered.

        Raises:
            DeliveryError: It was not delivered, or nobody knows.
        """


def one_line(text: str, longest: int) -> str:
    r"""Return a text without line breaks and control characters, cut to a length.

    >>> one_line("a\r\nBcc: b\x00", 20)
    'a Bcc: b'
    """
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def moment(text: str) -> datetime:
    """Return a time as PostgreSQL writes it in JSON: it leaves zeros at the end of a fraction away.

    Raises:
        ValueError: It is none.

    >>> moment("2026-01-31T10:00:00.25+00:00").microsecond
    250000
    """
    padded = re.sub(r"\.(\d{1,6})", lambda found: f".{found[1]:0<6}", text)
    return datetime.fromisoformat(padded)
