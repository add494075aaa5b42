"""What a worker does, in words: from what it has claimed, and what PostgreSQL says of its session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dbt_batch_ops.monitor.figures import Batch, LockWait, Worker
from dbt_batch_ops.monitor.wording import one_line


@dataclass(frozen=True)
class Activity:
    """What a worker does.

    Attributes:
        kind: ``works``, ``waits``, ``rests`` or ``gone``.
        text: The same in words.
    """

    kind: str
    text: str


def activity(worker: Worker, waits: Sequence[LockWait]) -> Activity:
    """Return what a worker does.

    Args:
        worker: The worker.
        waits: Whom the workers of the run wait for.
    """
    if not worker.is_live:
        return Activity("gone", one_line(worker.stop_reason or "its session is gone"))
    if worker.role == "coordinator":
        return Activity("rests", "coordinates the workers")
    batch = _batch(worker)
    wait = next((one for one in waits if one.blocked_pid == worker.pid), None)
    if wait is not None:
        by = f", held by {wait.blocking_pid}" if wait.blocking_pid else ""
        return Activity("waits", one_line(f"{batch or 'claims'}: waits for {wait.waits_for}{by}"))
    if worker.wait_event_type == "Lock":
        return Activity("waits", one_line(f"{batch or 'claims'}: waits for a lock ({worker.wait_event})"))
    if batch:
        detail = ""
        if worker.wait_event_type and worker.wait_event_type not in ("Client", "Activity"):
            detail = f" ({worker.wait_event_type}: {worker.wait_event})"
        return Activity("works", one_line(batch + detail))
    if worker.wait_event == "PgSleep":
        return Activity("rests", "waits for batches of others")
    if worker.state in (None, "active"):
        return Activity("works", "works")
    return Activity("rests", "between two slices")


def _batch(worker: Worker) -> str:
    if not worker.claimed:
        return ""
    more = len(worker.claimed) - 1
    return f"batch {worker.claimed[0]:,}" + (f" and {more} claimed" if more else "")


def since(worker: Worker, batches: Sequence[Batch], waits: Sequence[LockWait], now: datetime) -> float | None:
    """Return for how many seconds it does that, or ``None`` when it does nothing that lasts.

    Args:
        worker: The worker.
        batches: The batches of the run that are not done.
        waits: Whom the workers of the run wait for.
        now: The moment.
    """
    if not worker.is_live or worker.role == "coordinator":
        return None
    for wait in waits:
        if wait.blocked_pid == worker.pid:
            return wait.seconds
    if not worker.claimed:
        return None
    # Each batch is a transaction. What is claimed at once is done one after another.
    begun = worker.transaction_at
    if begun is None:
        begun = next(batch.claimed_at for batch in batches if batch.number == worker.claimed[0])
    return max((now - begun).total_seconds(), 0.0)
