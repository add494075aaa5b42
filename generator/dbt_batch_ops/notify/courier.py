"""One courier per channel, each with a thread and a session of its own: one that waits holds up no other."""

from __future__ import annotations

import random
import select
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.notify.attempt import Limits, Outcome, attempt, settle
from dbt_batch_ops.notify.message import Channel
from dbt_batch_ops.notify.outbox import Outbox, Settled
from dbt_batch_ops.notify.stopping import Stop

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812

Connect = Callable[[], "Session"]

# After so many failures in a row that are the channel's and not a message's, the channel rests.
_FAILURES = 3
_LONGEST_REST = 300.0
_LONGEST_BACK_OFF = 30.0


class Log(Protocol):
    """Who is told what couriers do; called from their threads."""

    def delivery(self, outcome: Outcome, settled: Settled | None) -> None:
        """An attempt has ended, and the ledger knows."""

    def expired(self, expired: dict[str, int]) -> None:
        """So many messages were given up because they are too old, by channel."""

    def rests(self, channel: str, seconds: float | None) -> None:
        """A channel is left alone, for so long or in this pass."""

    def not_set_up(self, wanted: dict[str, int]) -> None:
        """So many messages want channels that are not set up."""

    def lost(self, channel: str, reason: str, seconds: float) -> None:
        """A courier's session has ended, and it connects again after a pause."""

    def is_back(self, channel: str) -> None:
        """It is connected again."""


@dataclass(frozen=True)
class Task:
    """What all couriers share.

    Attributes:
        connect: Opens a connection.
        channels: The names of the channels that are set up.
        limits: How long deliveries are tried.
        log: Who is told.
        stop: Ends their work.
        poll: Seconds after which a courier that follows looks by itself; ``None``: one pass is all.
    """

    connect: Connect
    channels: Sequence[str]
    limits: Limits
    log: Log
    stop: Stop
    poll: float | None


class Courier(threading.Thread):
    """Delivers the messages of one channel.

    Args:
        channel: The channel.
        task: What all couriers share.
        is_first: Whether this one also looks for what no courier delivers.
    """

    def __init__(self, channel: Channel, task: Task, *, is_first: bool) -> None:
        super().__init__(daemon=True)
        self.error: Exception | None = None
        self._channel = channel
        self._task = task
        self._is_first = is_first
        self._failures = 0
        self._rests_until = 0.0
        # Sent, and not recorded because the database was gone: the first thing to tell it.
        self._unsettled: Outcome | None = None

    def run(self) -> None:
        """Deliver what is due; when it follows, until it is stopped. Started as a thread."""
        try:
            if self._task.poll is None:
                with closing(self._task.connect()) as session:
                    self._pass(Outbox(session))
            else:
                self._follow(self._task.poll)
        except Exception as error:
            self.error = error
            self._task.stop.now()

    def _follow(self, poll: float) -> None:
        import psycopg2

        losses = 0
        while not self._task.stop.is_set():
            try:
                with closing(self._task.connect()) as session:
                    outbox = Outbox(session)
                    outbox.listen()
                    if losses:
                        self._task.log.is_back(self._channel.name)
                    losses = 0
                    while not self._task.stop.is_set():
                        due = self._pass(outbox)
                        self._wait(session, outbox, due, poll)
            except (psycopg2.Error, DatabaseError) as error:
                losses += 1
                pause = min(2.0 ** (losses - 1), _LONGEST_BACK_OFF) * random.uniform(0.75, 1.25)  # noqa: S311
                self._task.log.lost(self._channel.name, " ".join(str(error).split()), pause)
                self._task.stop.wait(pause)

    def _pass(self, outbox: Outbox) -> str:
        """Deliver everything that is due now; return which moment that was, on the database's clock."""
        task, name = self._task, self._channel.name
        if self._unsettled is not None:
            self._settle(outbox, self._unsettled)
        queued = outbox.queue(task.channels, task.limits.max_age)
        if queued.expired:
            task.log.expired(queued.expired)
        if self._is_first:
            task.log.not_set_up(outbox.not_set_up(task.channels))
        while not task.stop.is_set() and time.monotonic() >= self._rests_until:
            since = time.monotonic()
            message = outbox.claim(name, task.limits.lease, queued.due)
            if message is None:
                break
            outcome = attempt(self._channel, message, task.limits, since)
            self._settle(outbox, outcome)
            if self._is_to_rest(outcome) and task.poll is None:
                break
        return queued.due

    def _settle(self, outbox: Outbox, outcome: Outcome) -> None:
        self._unsettled = outcome
        settled = settle(outbox, outcome, self._task.limits)
        self._unsettled = None
        self._task.log.delivery(outcome, settled)

    def _is_to_rest(self, outcome: Outcome) -> bool:
        """Whether the channel shall be left alone: it is down, or has asked for it."""
        if outcome.is_delivered or not outcome.is_of_channel:
            self._failures = 0
            return False
        self._failures += 1
        if self._failures < _FAILURES and outcome.retry_after is None:
            return False
        rest = 5.0 * 2.0 ** min(max(self._failures - _FAILURES, 0), 10)
        rest = min(max(rest, outcome.retry_after or 0.0), _LONGEST_REST)
        self._rests_until = time.monotonic() + rest
        self._task.log.rests(self._channel.name, None if self._task.poll is None else rest)
        return True

    def _wait(self, session: Session, outbox: Outbox, due: str, poll: float) -> None:
        """Wait for a new message, for one that was put off, for the end of a rest, or to be stopped."""
        pause = poll
        rest = self._rests_until - time.monotonic()
        if rest > 0:
            # What is due meanwhile is left alone, and so is the news of it.
            self._task.stop.wait(min(rest, poll))
            return
        following = outbox.seconds_to_next(self._channel.name, due)
        if following is not None:
            pause = min(max(following, 0.0), poll)
        if not session.notifies:
            with suppress(InterruptedError):
                select.select([session, self._task.stop], [], [], pause)
        session.poll()
        session.notifies.clear()
