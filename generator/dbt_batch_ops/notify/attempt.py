"""One attempt to deliver one message, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_batch_ops.notify.deadline import Deadline
from dbt_batch_ops.notify.message import Cause, Channel, DeliveryError, Message, one_line
from dbt_batch_ops.notify.outbox import Outbox, Settled

_LONGEST_ERROR = 300
# About eight hours: time for somebody to mend a password or an address.
_REFUSED_ATTEMPTS = 8
# What the ledger needs to be told of an attempt that took all its time.
_SECONDS_TO_SETTLE = 5.0


@dataclass(frozen=True)
class Limits:
    """How long deliveries are tried.

    Attributes:
        timeout: Seconds for one attempt.
        max_age: Seconds after which a message is too old.
        max_attempts: After so many attempts a message is given up.
    """

    timeout: float = 30.0
    max_age: float = 7 * 86400.0
    max_attempts: int = 20

    @property
    def lease(self) -> float:
        """Seconds for which nobody else takes a message that is being sent."""
        return self.timeout + _SECONDS_TO_SETTLE


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended, before the ledger knows.

    Attributes:
        message: The message.
        is_delivered: Whether it was taken.
        error: Why not, or what is to be said although it was.
        cause: How long to try.
        is_of_channel: Whether others would fare the same now.
        retry_after: Seconds for which the receiver asked to be left alone.
    """

    message: Message
    is_delivered: bool
    error: str | None = None
    cause: Cause = Cause.TEMPORARY
    is_of_channel: bool = False
    retry_after: float | None = None


def attempt(channel: Channel, message: Message, limits: Limits, since: float) -> Outcome:
    """Send a message, whatever happens.

    Args:
        channel: How.
        message: What.
        limits: How long it may take.
        since: When the message was leased (``time.monotonic()``).
    """
    try:
        with Deadline(limits.timeout, since) as deadline:
            note = channel.send(message, deadline)
    except DeliveryError as error:
        return Outcome(
            message, False, _said(channel, str(error)), error.cause, error.is_of_channel, error.retry_after
        )
    except Exception as error:
        # A message that cannot be sent at all must not end the deliverer, which would meet it again.
        return Outcome(message, False, _said(channel, f"{type(error).__name__}: {error}"), Cause.REFUSED)
    return Outcome(message, True, note and _said(channel, note))


def settle(outbox: Outbox, outcome: Outcome, limits: Limits) -> Settled | None:
    """Tell the ledger how an attempt ended; returns what it makes of it.

    Raises:
        psycopg2.Error: The database refuses.
    """
    most = {Cause.TEMPORARY: limits.max_attempts, Cause.REFUSED: _REFUSED_ATTEMPTS, Cause.GONE: 1}
    return outbox.settle(
        outcome.message,
        outcome.error,
        is_delivered=outcome.is_delivered,
        most_attempts=min(most[outcome.cause], limits.max_attempts),
        max_age=limits.max_age,
        retry_after=outcome.retry_after,
    )


def _said(channel: Channel, text: str) -> str:
    # Before it is cut: half a secret would not be known as one.
    return one_line(channel.scrub(text), _LONGEST_ERROR)
