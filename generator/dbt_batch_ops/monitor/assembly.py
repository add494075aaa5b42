"""Rows of the ledger put together as the figures of one run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dbt_batch_ops.monitor.figures import Batch, Failure, LockWait, Run, Step, Worker
from dbt_batch_ops.monitor.forecast import Done, Speed, recent_speed, seconds_left
from dbt_batch_ops.monitor.tally import Tally

NEWEST_BATCHES = 1_000
"""So many batches tell how fast a run is now."""

NEWEST_ERRORS = 5_000
"""So many errors are counted each time; of more it is told that there are at least so many."""

_MOST_OPEN_SHOWN = 200
_RECENTLY = 60.0

Rows = list[dict[str, Any]]


def run_of(
    row: dict[str, Any],
    now: datetime,
    step_rows: Rows,
    tallies: Sequence[Tally],
    worker_rows: Rows,
    presence: dict[str, Any],
    recent: Rows,
    errors: dict[str, Any],
    failure: dict[str, Any] | None,
    waits: Sequence[LockWait],
) -> Run:
    """Return the figures of a run, from what the queries say of it."""
    steps = tuple(_step(one, tally) for one, tally in zip(step_rows, tallies, strict=True))
    open_batches = tuple(_batch(one) for tally in tallies for one in tally.open)
    live = [one for one in worker_rows if one["is_live"]]
    speed = _speed(recent, now, live)
    pids = {one["pid"] for one in live}
    running = next((step for step in steps if step.status == "running"), None)
    seconds = presence["seconds"]
    return Run(
        operation_id=row["operation_id"],
        operation=row["operation"],
        description=row["description"],
        target=row["target"],
        status=_seen_status(row, is_live=bool(live), errors=errors["errors"]),
        is_closed=row["is_closed"],
        is_live=bool(live),
        error_handling=row["error_handling"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        deadline_at=row["deadline_at"],
        active_seconds=seconds,
        heartbeat_interval=row["heartbeat_interval"],
        last_heartbeat_at=presence["last_heartbeat_at"],
        pause_requested_by=row["pause_requested_by"] if row["is_to_pause"] else None,
        cancel_requested_by=row["cancel_requested_by"] if row["is_to_cancel"] else None,
        stop_reason=row["stop_reason"],
        steps=steps,
        workers=_workers(worker_rows, open_batches, now),
        open_batches=open_batches[:_MOST_OPEN_SHOWN],
        lock_waits=tuple(wait for wait in waits if wait.blocked_pid in pids),
        errors=errors["errors"],
        errors_is_exact=errors["seen"] < NEWEST_ERRORS,
        retries=errors["retries"],
        failure=None if failure is None else _failure(failure),
        invalid=errors["invalid"],
        rate=None if speed is None else speed.records,
        average=sum(step.records for step in steps) / seconds if seconds > 0 else None,
        seconds_left=(
            seconds_left(running.total, running.records + running.failed, speed.rows)
            if running and speed and running.is_counted
            else None
        ),
    )


def _step(row: dict[str, Any], tally: Tally) -> Step:
    return Step(
        number=row["step_number"],
        name=row["name"],
        operation_type=row["operation_type"],
        status=row["status"],
        total=row["total_records"],
        total_is_exact=row["total_is_exact"],
        batch_size=row["batch_size"],
        records=tally.records,
        failed=tally.failed,
        batches=tally.batches,
        is_counted=tally.is_complete,
    )


def _batch(row: dict[str, Any]) -> Batch:
    return Batch(
        number=row["batch_number"],
        step=row["step_number"],
        status=row["status"],
        worker_id=row["worker_id"],
        claimed_at=row["claimed_at"],
        retry_at=row["retry_at"],
        attempts=row["attempts"],
        error=row["error_message"],
    )


def _workers(rows: Rows, open_batches: Sequence[Batch], now: datetime) -> tuple[Worker, ...]:
    """Return those who are there, those that vanished, and those that stopped a moment ago."""
    claimed: dict[int, list[int]] = defaultdict(list)
    for batch in open_batches:
        if batch.status == "claimed":
            claimed[batch.worker_id].append(batch.number)
    return tuple(
        Worker(
            worker_id=row["worker_id"],
            pid=row["pid"],
            role=row["role"],
            is_live=row["is_live"],
            has_ended=row["ended_at"] is not None,
            heartbeat_at=row["heartbeat_at"],
            records=row["records"],
            batches=row["batches"],
            stop_reason=row["stop_reason"],
            state=row["state"],
            wait_event_type=row["wait_event_type"],
            wait_event=row["wait_event"],
            transaction_at=row["xact_start"],
            claimed=tuple(sorted(claimed[row["worker_id"]])),
        )
        for row in rows
        if row["is_live"]
        or row["ended_at"] is None
        or (row["stop_reason"] and (now - row["ended_at"]).total_seconds() < _RECENTLY)
    )


def _failure(row: dict[str, Any]) -> Failure:
    return Failure(
        row["kind"],
        row["sqlstate"],
        row["error_message"],
        row["step_number"],
        row["batch_number"],
        row["occurred_at"],
    )


def _speed(recent: Rows, now: datetime, live: Rows) -> Speed | None:
    if not live:
        return None
    batches = [Done(row["started"], row["completed"], row["records"], row["rows"]) for row in recent]
    since = min(row["joined_at"] for row in live).timestamp()
    return recent_speed(batches, now.timestamp(), since, is_cut=len(recent) >= NEWEST_BATCHES // 2)


def _seen_status(row: dict[str, Any], *, is_live: bool, errors: int) -> str:
    status = str(row["status"])
    if status == "running" and not is_live:
        return "paused" if row["is_to_pause"] else "interrupted"
    return "completed_with_errors" if status == "completed" and errors else status


def as_seen(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the list of runs with its status as a person sees it."""
    is_partly = row["status"] == "completed" and row["errors"]
    return {**row, "status": "completed_with_errors" if is_partly else row["status"]}
