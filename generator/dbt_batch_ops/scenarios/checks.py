"""What scenarios expect, each word as a function from what was done to what is otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from dbt_batch_ops.scenarios import batch_checks, ledger_checks, row_checks
from dbt_batch_ops.scenarios.situation import Check, NoRunError, Situation

_LINES_SHOWN = 6


def check(word: str, situation: Situation) -> list[str]:
    """Return what is otherwise than a word of a scenario says.

    Args:
        word: A word of ``EXPECTATIONS``.
        situation: What there is.
    """
    try:
        return CHECKS[word](situation)
    except NoRunError:
        said = situation.done.output.strip()
        return [f"no run was opened; dbt said:\n{said}" if said else "no run was opened"]


def _ends(status: str, *, well: bool) -> Check:
    def look(situation: Situation) -> list[str]:
        run = situation.run
        found = []
        if run.shown_status != status:
            found.append(f"the run is {run.shown_status}, not {status}{_reason(situation)}")
        if (situation.done.exit_code == 0) != well:
            found.append(f"the command ended with {situation.done.exit_code}{_reason(situation)}")
        return found

    return look


def _reason(situation: Situation) -> str:
    said = [line.strip() for line in situation.done.output.splitlines()]
    lines = [line for line in said if line and not line.startswith((">", "in macro", "Encountered an error"))]
    return f"; dbt said: {' / '.join(lines[-_LINES_SHOWN:])}" if lines else ""


def _refused(situation: Situation) -> list[str]:
    found = []
    if situation.done.exit_code != 1:
        found.append(f"the command ended with {situation.done.exit_code}, not 1{_reason(situation)}")
    return found + _no_run_opened(situation)


def _no_run_opened(situation: Situation) -> list[str]:
    count = situation.done.new_runs
    return [f"{count} more runs are in the ledger"] if count else []


def _same_run(situation: Situation) -> list[str]:
    run = situation.run
    found = _no_run_opened(situation)
    if situation.done.exit_code != 0:
        found.append(f"the command ended with {situation.done.exit_code}{_reason(situation)}")
    if run.operation_id not in situation.done.output:
        found.append(f"the command does not name run {run.operation_id}{_reason(situation)}")
    return found


CHECKS: Mapping[str, Check] = {
    "completed": _ends("completed", well=True),
    "completed_with_errors": _ends("completed_with_errors", well=True),
    "failed": _ends("failed", well=False),
    "timed_out": _ends("timed_out", well=False),
    "refused": _refused,
    "every_row_once": row_checks.every_row_once,
    "some_rows_once": row_checks.some_rows_once,
    "all_but_refused_rows": row_checks.all_but_refused_rows,
    "nothing_changed": row_checks.nothing_changed,
    "batches_within_size": batch_checks.batches_within_size,
    "ranges_tile": batch_checks.ranges_tile,
    "in_order": batch_checks.in_order,
    "batches_completed": batch_checks.batches_completed,
    "figures_agree": ledger_checks.figures_agree,
    "total_known": ledger_checks.total_known,
    "heartbeats": ledger_checks.heartbeats,
    "failures_recorded": ledger_checks.failures_recorded,
    "failure_recorded": ledger_checks.failure_recorded,
    "invalid_rows_recorded": ledger_checks.invalid_rows_recorded,
    "no_run_opened": _no_run_opened,
    "same_run": _same_run,
    "several_workers": ledger_checks.several_workers,
    "limit_kept": row_checks.limit_kept,
}
"""The check of every word."""
