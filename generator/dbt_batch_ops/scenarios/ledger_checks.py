"""Checks of what the ledger says of a run."""

from __future__ import annotations

from dbt_batch_ops.scenarios.situation import Situation
from dbt_batch_ops.scenarios.watch import REFUSED_SQLSTATE


def figures_agree(situation: Situation) -> list[str]:
    """Rows and batches in the ledger are those that were changed."""
    run, found = situation.run, []
    recorded = sum(batch.records or 0 for batch in run.batches if batch.status == "completed")
    completed = sum(batch.status == "completed" for batch in run.batches)
    if run.shown_processed != recorded:
        found.append(f"the run says {run.shown_processed} rows, its batches {recorded}")
    if run.is_closed and run.batch_count != completed:
        found.append(f"the run says {run.batch_count} batches, and {completed} are completed")
    changes = situation.done.contents.changes.total()
    writing = {
        number
        for number, step in enumerate(situation.plan.steps, 1)
        if step.operation_type not in ("select", "custom_function")
    }
    written = sum(
        batch.records or 0
        for batch in run.batches
        if batch.step in writing and batch.status in ("completed", "failed", "released")
    )
    if written != changes:
        found.append(f"the batches say {written} rows, and {changes} were changed")
    if run.is_closed and not run.has_completed_at:
        found.append("the run has ended and has no completed_at")
    return found


def total_known(situation: Situation) -> list[str]:
    """The ledger says how many rows there are to change; if it says exactly, it is right."""
    total, expected = situation.run.total, sum(situation.counts)
    if total is None:
        return ["the run has no total"]
    is_told = situation.run.is_total_exact and not situation.plan.has_steps
    if is_told and situation.plan.steps[0].operation_type != "custom_function" and total != expected:
        return [f"the run says exactly {total} rows in all, and {expected} are to be done"]
    return []


def heartbeats(situation: Situation) -> list[str]:
    """Every session that worked has given signs of life, and none works any more."""
    workers = situation.run.workers
    found = [] if workers else ["the ledger knows no session that worked"]
    for number, worker in enumerate(workers, 1):
        if not worker.has_heartbeat or not worker.is_in_order:
            found.append(f"session {number} has no sign of life after it has signed on")
    # One that only made the plan that is confirmed signs off with nobody.
    if workers and not workers[-1].has_ended:
        found.append("the last session has not signed off")
    if situation.run.live_workers:
        found.append(f"{situation.run.live_workers} sessions still work on the run")
    return found


def failures_recorded(situation: Situation) -> list[str]:
    """Each refused row is recorded, with its SQLSTATE."""
    failures = [error for error in situation.run.failures if error.kind == "row"]
    found = []
    if len(failures) != len(situation.refused):
        found.append(f"{len(failures)} failed rows are recorded, not {len(situation.refused)}")
    for error in failures:
        if error.sqlstate != REFUSED_SQLSTATE:
            found.append(f"a failed row is recorded with {error.sqlstate}: {error.message}")
    return found


def failure_recorded(situation: Situation) -> list[str]:
    """What failed is recorded, with SQLSTATE and message."""
    failures = situation.run.failures
    if any(error.sqlstate == REFUSED_SQLSTATE and error.message for error in failures):
        return []
    shown = [f"{error.kind} {error.sqlstate} {error.message}" for error in failures]
    return [f"the failure is not recorded with {REFUSED_SQLSTATE}; recorded is: {shown or 'nothing'}"]


def invalid_rows_recorded(situation: Situation) -> list[str]:
    """Each invalid row is recorded."""
    count = sum(error.kind == "invalid" for error in situation.run.failures)
    return (
        [] if count == situation.invalid else [f"{count} invalid rows are recorded, not {situation.invalid}"]
    )


def several_workers(situation: Situation) -> list[str]:
    """Several sessions have worked on the run at the same time."""
    count = sum(worker.role == "worker" for worker in situation.run.workers)
    found = []
    if situation.done.held < situation.workers:
        found.append(f"{situation.done.held} sessions worked at the same time, not {situation.workers}")
    if count < situation.workers:
        found.append(f"the ledger knows {count} workers, not {situation.workers}")
    return found
