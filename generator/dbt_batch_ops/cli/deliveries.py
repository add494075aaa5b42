"""What ``dbt-batch-ops notify`` says of deliveries: a table at the end, or a line for each as it happens."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from dbt_batch_ops.cli.report import counted, print_error, print_json, print_table
from dbt_batch_ops.notify.settings import VARIABLES

if TYPE_CHECKING:
    from dbt_batch_ops.notify.attempt import Outcome
    from dbt_batch_ops.notify.deliver import Left
    from dbt_batch_ops.notify.outbox import Settled


class OneShot:
    """Collects what happens in one pass, and tells it at the end.

    Args:
        as_json: Whether to print JSON for programs.
    """

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._lock = threading.Lock()
        self._deliveries: list[dict[str, Any]] = []
        self._expired: dict[str, int] = {}
        self._resting: list[str] = []

    def begins(self, channels: Sequence[str]) -> None:
        """Say nothing yet."""

    def delivery(self, outcome: Outcome, settled: Settled | None) -> None:
        """Keep a delivery."""
        with self._lock:
            self._deliveries.append(_entry(outcome, settled))

    def expired(self, expired: dict[str, int]) -> None:
        """Keep how many messages were too old."""
        with self._lock:
            for channel, messages in expired.items():
                self._expired[channel] = self._expired.get(channel, 0) + messages

    def rests(self, channel: str, seconds: float | None) -> None:
        """Keep that a channel is left alone."""
        with self._lock:
            self._resting.append(channel)

    def not_set_up(self, wanted: dict[str, int]) -> None:
        """Leave it for the end."""

    def lost(self, channel: str, reason: str, seconds: float) -> None:
        """Does not happen: a lost connection ends the pass."""

    def is_back(self, channel: str) -> None:
        """Does not happen either."""

    def ends(self, left: Left) -> int:
        """Tell everything; return the exit code."""
        failed = [entry for entry in self._deliveries if entry["state"] != "delivered" or entry["error"]]
        if self._as_json:
            print_json(
                {
                    "deliveries": self._deliveries,
                    "expired": self._expired,
                    "waiting": {
                        waiting.channel: {
                            "messages": waiting.messages,
                            "tried": waiting.failed,
                            "next_attempt_in_seconds": round(waiting.seconds, 1),
                        }
                        for waiting in left.waiting
                    },
                    "not_set_up": left.not_set_up,
                }
            )
        else:
            self._print(left)
        for line in _not_set_up(left.not_set_up):
            print_error(f"error: {line}")
        tried = any(waiting.failed for waiting in left.waiting)
        return int(bool(failed or self._expired or self._resting or left.not_set_up or tried))

    def _print(self, left: Left) -> None:
        if self._deliveries:
            print_table(
                [
                    [
                        entry["channel"],
                        entry["event"],
                        entry["operation"],
                        entry["operation_id"],
                        _state(entry),
                    ]
                    for entry in self._deliveries
                ],
                ["channel", "event", "operation", "run", "delivery"],
            )
        elif not (self._expired or left.waiting or left.not_set_up):
            click.echo("nothing to deliver")
        for channel, messages in sorted(self._expired.items()):
            click.echo(f"{channel}: {counted(messages, 'message')} given up: older than --max-age")
        for channel in self._resting:
            click.echo(f"{channel}: left alone for now, for it is down or has asked for it")
        for waiting in left.waiting:
            when = f"next attempt in {_span(waiting.seconds)}" if waiting.seconds else "due"
            wait = "wait" if waiting.messages > 1 else "waits"
            click.echo(f"{waiting.channel}: {counted(waiting.messages, 'message')} {wait}, {when}")


class Following:
    """Prints a line for each thing as it happens.

    Args:
        as_json: Whether deliveries are JSON, one a line.
    """

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._lock = threading.Lock()
        self._not_set_up: dict[str, int] = {}

    def begins(self, channels: Sequence[str]) -> None:
        """Say what is about to be done."""
        self._say(f"delivering by {' and '.join(channels)}; Ctrl-C ends it")

    def ends(self) -> None:
        """Say that it is over."""
        self._say("stopped")

    def delivery(self, outcome: Outcome, settled: Settled | None) -> None:
        """Print a delivery."""
        entry = _entry(outcome, settled)
        if self._as_json:
            self._print(json.dumps(entry))
            return
        self._print(
            f"{_clock()}  {entry['channel']:<7}  {entry['event']:<15}  {entry['operation']}  "
            f"{entry['operation_id']}  {_state(entry)}"
        )

    def expired(self, expired: dict[str, int]) -> None:
        """Say how many messages were too old."""
        for channel, messages in sorted(expired.items()):
            self._say(f"{channel}: {counted(messages, 'message')} given up: older than --max-age")

    def rests(self, channel: str, seconds: float | None) -> None:
        """Say that a channel is left alone."""
        self._say(f"{channel}: left alone for {_span(seconds or 0)}, for it is down or has asked for it")

    def not_set_up(self, wanted: dict[str, int]) -> None:
        """Say what is missing, again when more messages want it."""
        news = {name: number for name, number in wanted.items() if number > self._not_set_up.get(name, 0)}
        self._not_set_up = wanted
        for line in _not_set_up(news):
            self._say(line)

    def lost(self, channel: str, reason: str, seconds: float) -> None:
        """Say that the database is gone."""
        self._say(f"{channel}: no database ({reason}); connecting again in {_span(seconds)}")

    def is_back(self, channel: str) -> None:
        """Say that it is back."""
        self._say(f"{channel}: connected again")

    def _say(self, text: str) -> None:
        with self._lock, suppress(OSError):
            print_error(f"{_clock()}  {text}")

    def _print(self, text: str) -> None:
        # Whoever reads may be gone; that must not end the deliveries.
        with self._lock, suppress(OSError):
            encoding = sys.stdout.encoding or "utf-8"
            sys.stdout.write(text.encode(encoding, errors="backslashreplace").decode(encoding) + "\n")
            sys.stdout.flush()


def _entry(outcome: Outcome, settled: Settled | None) -> dict[str, Any]:
    """Return what there is to say of a delivery, for programs."""
    message = outcome.message
    error = outcome.error
    if settled is None:
        state = "purged"
    elif settled.is_delivered:
        state = "delivered"
        if not outcome.is_delivered:
            error = None  # Another one has delivered it meanwhile.
    else:
        state = "given up" if settled.is_given_up else "failed"
    return {
        "notification_id": message.notification_id,
        "channel": message.channel,
        "event": message.event,
        "operation": str(message.payload.get("operation") or "-"),
        "operation_id": message.operation_id,
        "attempt": message.attempt,
        "state": state,
        "error": error,
        "next_attempt_in_seconds": round(settled.seconds, 1) if settled and state == "failed" else None,
    }


def _state(entry: dict[str, Any]) -> str:
    attempt = f" (attempt {entry['attempt']})" if entry["attempt"] > 1 else ""
    after = entry["next_attempt_in_seconds"]
    again = "" if after is None else f"; again in {_span(after)}"
    error = f": {entry['error']}" if entry["error"] else ""
    return f"{entry['state']}{attempt}{error}{again}"


def _not_set_up(wanted: dict[str, int]) -> list[str]:
    return [
        f"{counted(messages, 'message')} for {channel}, which is not set up: "
        + (f"set {VARIABLES[channel]}" if channel in VARIABLES else "there is no such channel")
        for channel, messages in sorted(wanted.items())
    ]


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _clock() -> str:
    return datetime.now().astimezone().strftime("%H:%M:%S")
