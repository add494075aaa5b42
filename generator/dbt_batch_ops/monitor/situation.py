"""What a person should know about a run: what it waits for, why it stopped, and what to type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dbt_batch_ops.monitor.figures import LockWait, Run
from dbt_batch_ops.monitor.wording import clock, counted, duration, one_line

_MOST_WAITS = 3
_SHORTEST_OWN_WAIT = 2.0


@dataclass(frozen=True)
class Note:
    """A sentence about a run.

    Attributes:
        level: ``problem`` (it does not go on), ``wait`` (it goes on by itself, later), or ``info``.
        text: The sentence.
        command: What to type about it, if anything.
    """

    level: str
    text: str
    command: str | None = None


def notes(run: Run, now: datetime) -> tuple[Note, ...]:
    """Return what there is to say about a run, the most urgent first."""
    return (
        *_state(run, now),
        *_waits(run),
        *_attempts(run, now),
        *_policy(run),
        *_failures(run, now),
    )


def _command(run: Run, macro: str) -> str:
    return f"dbt run-operation dbt_batch_ops.{macro} --args '{{operation_id: {run.operation_id}}}'"


def _state(run: Run, now: datetime) -> list[Note]:
    if run.is_live and run.status == "running":
        return _asked_for(run)
    said = {
        "interrupted": _interrupted,
        "paused": _paused,
        "timed_out": _timed_out,
        "blocked": _blocked,
        "failed": _failed,
        "cancelled": _cancelled,
        "completed_with_errors": _left_out,
    }.get(run.status)
    return [] if said is None else [said(run, now)]


def _asked_for(run: Run) -> list[Note]:
    if run.cancel_requested_by:
        return [Note("wait", f"{run.cancel_requested_by} has cancelled it; workers end with their slice.")]
    if run.pause_requested_by:
        return [Note("wait", f"{run.pause_requested_by} has paused it; workers end with their slice.")]
    return []


def _interrupted(run: Run, now: datetime) -> Note:
    since = f" since {clock(run.last_heartbeat_at, now)}" if run.last_heartbeat_at else ""
    return Note("problem", f"Nobody works on it{since}; to go on:", _command(run, "resume"))


def _paused(run: Run, now: datetime) -> Note:
    by = f" by {run.pause_requested_by}" if run.pause_requested_by else ""
    return Note("wait", f"Paused{by}; to go on:", _command(run, "resume"))


def _timed_out(run: Run, now: datetime) -> Note:
    said = "It reached its timeout; to go on, with as much time again:"
    return Note("problem", said, _command(run, "resume"))


def _failed(run: Run, now: datetime) -> Note:
    why = f"It stopped by itself: {one_line(run.stop_reason)}" if run.stop_reason else "It failed"
    if run.is_closed:
        return Note("problem", f"{why}; nothing was changed.")
    return Note("problem", f"{why}; to go on once the cause is mended:", _command(run, "resume"))


def _cancelled(run: Run, now: datetime) -> Note:
    by = f" by {run.cancel_requested_by}" if run.cancel_requested_by else ""
    return Note("problem", f"Cancelled{by}; what it had committed stays.")


def _left_out(run: Run, now: datetime) -> Note:
    said = f"{counted(run.errors, 'failure')} left out; to try them again once the cause is mended:"
    return Note("wait", said, _command(run, "retry_failed"))


def _blocked(run: Run, now: datetime) -> Note:
    pids = {worker.worker_id: worker.pid for worker in run.workers if worker.is_live}
    held = [batch for batch in run.open_batches if batch.worker_id in pids]
    if not held:
        return Note("problem", "It was blocked; to go on:", _command(run, "resume"))
    batch = held[0]
    pid = pids[batch.worker_id]
    return Note(
        "problem",
        f"Blocked: process {pid} holds batch {batch.number:,} since {clock(batch.claimed_at, now)}, "
        "all others are done; to end that process:",
        f"select pg_terminate_backend({pid})",
    )


def _waits(run: Run) -> list[Note]:
    shown = [
        wait
        for wait in run.lock_waits
        # Workers take turns at claiming; that is no news unless it lasts.
        if wait.blocking_operation_id != run.operation_id or wait.seconds >= _SHORTEST_OWN_WAIT
    ]
    said = [_wait(wait) for wait in shown[:_MOST_WAITS]]
    if len(shown) > _MOST_WAITS:
        more = counted(len(shown) - _MOST_WAITS, "more wait")
        said.append(Note("wait", f"{more}; to see all:", "dbt run-operation dbt_batch_ops.locks"))
    return said


def _wait(wait: LockWait) -> Note:
    if wait.blocking_pid is None:
        who = "a prepared transaction"
    else:
        known = [wait.blocking_user, wait.blocking_application, wait.blocking_state]
        who = f"process {wait.blocking_pid} ({', '.join(one for one in known if one)})"
    age = f", whose transaction is {duration(wait.blocking_seconds)} old" if wait.blocking_seconds else ""
    return Note(
        "wait",
        one_line(
            f"Process {wait.blocked_pid} has waited {duration(wait.seconds)} for {wait.waits_for}, "
            f"held by {who}{age}" + ("; to end that:" if wait.command else ""),
            400,
        ),
        wait.command,
    )


def _attempts(run: Run, now: datetime) -> list[Note]:
    again = [batch for batch in run.open_batches if batch.retry_at is not None and batch.error]
    if not again or not run.is_live:
        return []
    batch = min(again, key=lambda one: one.number)
    assert batch.retry_at is not None
    left = (batch.retry_at - now).total_seconds()
    when = f"in {duration(left)}" if left > 0 else "now"
    more = f" (and {len(again) - 1:,} more)" if len(again) > 1 else ""
    return [
        Note(
            "wait",
            f"Batch {batch.number:,}{more} is tried again {when}, attempt {batch.attempts + 1}: "
            f"{one_line(batch.error or '')}",
        )
    ]


def _policy(run: Run) -> list[Note]:
    if run.is_live and run.error_handling == "rollback_on_any_error":
        return [Note("info", "It is one transaction: its figures are seen when it ends.")]
    return []


def _failures(run: Run, now: datetime) -> list[Note]:
    failure = run.failure
    if failure is None or run.status == "completed":
        return []
    where = f"step {failure.step}" if len(run.steps) > 1 else ""
    batch = f"batch {failure.batch:,}" if failure.batch is not None else ""
    place = ", ".join(part for part in (where, batch) if part)
    return [
        Note(
            "info",
            f"Newest failure ({clock(failure.at, now)}{', ' + place if place else ''}): "
            f"{one_line(failure.message)} (SQLSTATE {failure.sqlstate})",
        )
    ]
