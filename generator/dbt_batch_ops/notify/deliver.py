"""Deliver what waits in the outbox: once, or as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.notify.courier import Courier, Task
from dbt_batch_ops.notify.mail import Mail
from dbt_batch_ops.notify.message import Channel
from dbt_batch_ops.notify.outbox import LedgerError, Outbox, Waiting
from dbt_batch_ops.notify.settings import Settings
from dbt_batch_ops.notify.webhook import Webhook

_SECONDS_BETWEEN_SIGNALS = 0.2


@dataclass(frozen=True)
class Left:
    """What is not delivered after all.

    Attributes:
        waiting: What waits for its next attempt, by channel.
        not_set_up: How many messages want a channel that is not set up.
    """

    waiting: list[Waiting]
    not_set_up: dict[str, int]


def channels_of(settings: Settings) -> list[Channel]:
    """Return the channels that are set up."""
    channels: list[Channel] = []
    if settings.email is not None:
        channels.append(Mail(settings.email))
    if settings.webhook is not None:
        channels.append(Webhook(settings.webhook))
    return channels


def deliver(channels: Sequence[Channel], task: Task) -> Left:
    """Deliver; when the couriers follow, until they are stopped.

    Args:
        channels: The channels that are set up.
        task: What their couriers share.

    Returns:
        What is left. What couriers did, their log was told.

    Raises:
        DatabaseError: The database cannot be reached, refuses, or has no outbox.
    """
    import psycopg2

    names = [channel.name for channel in channels]
    try:
        with closing(task.connect()) as session:
            Outbox(session)  # A wrong profile ends a deliverer at once, also one that follows.
        couriers = [Courier(channel, task, is_first=not number) for number, channel in enumerate(channels)]
        for courier in couriers:
            courier.start()
        for courier in couriers:
            # The system may hand a signal to another thread; this one, which answers it, learns of it awake.
            while courier.is_alive():
                courier.join(_SECONDS_BETWEEN_SIGNALS)
        for courier in couriers:
            if courier.error is not None:
                raise courier.error
        if task.poll is not None:
            return Left([], {})
        with closing(task.connect()) as session:
            outbox = Outbox(session)
            return Left(outbox.waiting(names), outbox.not_set_up(names))
    except LedgerError as error:
        raise DatabaseError(str(error)) from error
    except psycopg2.Error as error:
        raise DatabaseError(f"the database refuses: {' '.join(str(error).split())}") from error
