"""The outbox in the ledger: what waits, who is at it, how it ended. Only routines of the engine write there.

Each call is a transaction of its own, and none is open while a message is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbt_batch_ops.notify.message import Message

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812

NOTIFY_CHANNEL = "batch_ops_notifications"

_IS_THERE = """
select
    to_regclass('batch_ops.runs') is not null,
    to_regprocedure('batch_ops.claim_delivery(text, interval, timestamptz)') is not null
"""
_QUEUE = "select batch_ops.queue_deliveries(%s::text[], make_interval(secs => %s))"
_CLAIM = "select batch_ops.claim_delivery(%s, make_interval(secs => %s), %s::timestamptz)"
_SETTLE = """
select batch_ops.settle_delivery(
    %s::uuid, %s, %s, %s, %s, %s, make_interval(secs => %s), make_interval(secs => %s)
)
"""
_NEXT = """
select extract(epoch from min(next_attempt_at) - clock_timestamp())::double precision
from batch_ops.deliveries
where channel = %s and delivered_at is null and gave_up_at is null and next_attempt_at > %s::timestamptz
"""
_WAITING = """
select
    channel,
    count(*),
    count(last_error),
    greatest(extract(epoch from min(next_attempt_at) - clock_timestamp()), 0)::double precision
from batch_ops.deliveries
where channel = any(%s) and delivered_at is null and gave_up_at is null
group by channel
order by channel
"""
_NOT_SET_UP = """
select wanted.channel, count(*)
from batch_ops.notifications
cross join unnest(notifications.channels) as wanted (channel)
left join batch_ops.deliveries using (notification_id, channel)
where
    not wanted.channel = any(%s)
    and deliveries.delivered_at is null
    and deliveries.gave_up_at is null
group by wanted.channel
order by wanted.channel
"""


class LedgerError(Exception):
    """There is no ledger, or one without an outbox; the message says what to type."""


@dataclass(frozen=True)
class Queued:
    """What was found when a pass began.

    Attributes:
        due: The moment of the pass: what is put off during it waits for the next one.
        expired: How many messages were given up now because they are too old, by channel.
    """

    due: str
    expired: dict[str, int]


@dataclass(frozen=True)
class Settled:
    """What the ledger says of a delivery after an attempt.

    Attributes:
        is_delivered: Whether it has arrived, by this attempt or another one.
        is_given_up: Whether nobody tries again.
        seconds: Seconds until the next attempt otherwise.
    """

    is_delivered: bool
    is_given_up: bool
    seconds: float


@dataclass(frozen=True)
class Waiting:
    """Messages of a channel that are not delivered yet.

    Attributes:
        channel: The channel.
        messages: How many.
        failed: How many of them somebody has tried in vain.
        seconds: Seconds until the first of them is due.
    """

    channel: str
    messages: int
    failed: int
    seconds: float


class Outbox:
    """The outbox, on one connection.

    Args:
        session: A connection without a transaction; each statement is committed by itself from now on.

    Raises:
        LedgerError: There is no outbox.
        psycopg2.Error: The database refuses.
    """

    def __init__(self, session: Session) -> None:
        session.autocommit = True
        self._session = session
        ((has_ledger, has_outbox),) = self._rows(_IS_THERE)
        if not has_outbox:
            raise LedgerError(
                (
                    "the ledger in this database is older than this command"
                    if has_ledger
                    else "there is no ledger in this database (schema batch_ops)"
                )
                + "; type:\n  dbt run-operation dbt_batch_ops.install"
            )

    def listen(self) -> None:
        """Have the session told of new messages."""
        with self._session.cursor() as cursor:
            cursor.execute(f"listen {NOTIFY_CHANNEL}")

    def queue(self, channels: Sequence[str], max_age: float) -> Queued:
        """Make sure that every message waits on each of its channels, and give up what is too old.

        Args:
            channels: The channels that are set up.
            max_age: Seconds after which a message is too old.
        """
        found = self._value(_QUEUE, list(channels), max_age)
        return Queued(found["due"], found["expired"])

    def claim(self, channel: str, lease: float, due: str) -> Message | None:
        """Lease the next message that is due on a channel to this process.

        Args:
            channel: The channel.
            lease: Seconds for which nobody else takes it.
            due: The moment that ``queue`` has returned.
        """
        found = self._value(_CLAIM, channel, lease, due)
        if found is None:
            return None
        return Message(
            notification_id=found["notification_id"],
            channel=channel,
            attempt=found["attempt"],
            sequence_number=found["sequence_number"],
            operation_id=found["operation_id"],
            event=found["event"],
            subject=found["subject"],
            message=found["message"],
            created_at=found["created_at"],
            payload=found["payload"] if isinstance(found["payload"], dict) else {},
        )

    def settle(
        self,
        message: Message,
        error: str | None,
        *,
        is_delivered: bool,
        most_attempts: int,
        max_age: float,
        retry_after: float | None,
    ) -> Settled | None:
        """Record how an attempt ended; ``None`` when the message was purged meanwhile."""
        found = self._value(
            _SETTLE,
            message.notification_id,
            message.channel,
            message.attempt,
            is_delivered,
            error,
            most_attempts,
            max_age,
            retry_after,
        )
        return found and Settled(found["delivered"], found["gave_up"], float(found["seconds"]))

    def seconds_to_next(self, channel: str, due: str) -> float | None:
        """Return the seconds until what was not due when a pass began is; less than zero when it is now."""
        seconds: float | None = self._value(_NEXT, channel, due)
        return seconds

    def waiting(self, channels: Sequence[str]) -> list[Waiting]:
        """Return what is not delivered yet on these channels."""
        return [Waiting(*row) for row in self._rows(_WAITING, list(channels))]

    def not_set_up(self, channels: Sequence[str]) -> dict[str, int]:
        """Return how many messages want another channel than these."""
        return dict(self._rows(_NOT_SET_UP, list(channels)))

    def _value(self, statement: str, *parameters: Any) -> Any:
        ((value,),) = self._rows(statement, *parameters)
        return value

    def _rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._session.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()
