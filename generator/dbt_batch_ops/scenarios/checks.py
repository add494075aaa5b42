"""What scenarios expect, each as a function from what was done to what is otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.scenarios.contents import Contents, differences, excess
from dbt_batch_ops.scenarios.database import literal, quoted
from dbt_batch_ops.scenarios.ledger import Run
from dbt_batch_ops.scenarios.performance import Done
from dbt_batch_ops.scenarios.stage import Stage
from dbt_batch_ops.scenarios.watch import REFUSED_SQLSTATE


@dataclass(frozen=True)
class Situation:
    """What a check looks at.

    Attributes:
        stage: What the scenario works on.
        plan: The operation with the scenario's settings.
        done: What was done last.
        expected: What should be there in the end.
        counts: How many rows each step is about.
        expected_but_refused: The same without the refused rows.
        refused: The contents of the refused rows.
        invalid: How many records break a rule.
        workers: How many sessions should have worked.
    """

    stage: Stage
    plan: OperationPlan
    done: Done
    expected: Contents
    counts: Sequence[int]
    expected_but_refused: Contents
    refused: Sequence[Mapping[str, Any]]
    invalid: int
    workers: int

    @property
    def run(self) -> Run:
        """The run.

        Raises:
            NoRunError: The ledger has none.
        """
        if self.done.run is None:
            raise NoRunError
        return self.done.run


class NoRunError(Exception):
    """The ledger has no run to look at."""


_LINES_SHOWN = 6

Check = Callable[[Situation], list[str]]


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


def _every_row_once(situation: Situation) -> list[str]:
    return _compared(situation, situation.expected)


def _all_but_refused_rows(situation: Situation) -> list[str]:
    return _compared(situation, situation.expected_but_refused)


def _nothing_changed(situation: Situation) -> list[str]:
    return _compared(situation, situation.stage.before)


def _compared(situation: Situation, expected: Contents) -> list[str]:
    stage = situation.stage
    return differences(stage.before, expected, situation.done.contents, stage.volatile, stage.new_columns)


def _some_rows_once(situation: Situation) -> list[str]:
    stage, done = situation.stage, situation.done.contents
    found = excess(stage.before, situation.expected, done, stage.volatile, stage.new_columns)
    if done.done >= situation.expected.done:
        found.append("all rows are done, and not only some")
    return found


def _batches_within_size(situation: Situation) -> list[str]:
    run = situation.run
    sizes = {step.number: step.batch_size for step in run.steps}
    wanted = {number: step.batch_size for number, step in enumerate(situation.plan.steps, 1)}
    found = [
        f"step {number} works in batches of {sizes.get(number)}, not of {size}"
        for number, size in wanted.items()
        if sizes.get(number) not in (None, size)
    ]
    found += [
        f"batch {batch.number} of step {batch.step} has {batch.records} rows, not {sizes[batch.step]} at most"
        for batch in run.batches
        if situation.plan.steps[batch.step - 1].source.kind != "once"
        and (batch.records or 0) > sizes[batch.step]
        and situation.plan.steps[batch.step - 1].operation_type != "custom_function"
    ]
    schema = quoted(situation.stage.table.schema)
    largest = max(sizes.values(), default=0)
    query = f"select count(*) from {schema}.changes group by xid having count(*) > {largest}"
    if situation.plan.error_handling != "rollback_on_any_error":
        rows = situation.stage.database.rows(query)
        found += [
            f"{count} rows were changed in one transaction, and {largest} are the most" for (count,) in rows
        ]
    return found


def _batches_completed(situation: Situation) -> list[str]:
    return [
        f"batch {batch.number} of step {batch.step} is {batch.status}"
        for batch in situation.run.batches
        if batch.status != "completed"
    ]


def _ranges_tile(situation: Situation) -> list[str]:
    found: list[str] = []
    run = situation.run
    for step in run.steps:
        batches = [batch for batch in run.batches if batch.step == step.number]
        previous = None
        for place, batch in enumerate(batches, 1):
            if batch.number != place:
                found.append(f"step {step.number} has no batch {place}")
                break
            if batch.range_lo != previous:
                found.append(
                    f"batch {batch.number} of step {step.number} begins behind {batch.range_lo}, "
                    f"and the one before ends at {previous}"
                )
            previous = batch.range_hi
        if batches and previous != step.upper_bound:
            found.append(f"step {step.number} ends at {previous}, and its scope at {step.upper_bound}")
    return found


def _in_order(situation: Situation) -> list[str]:
    found: list[str] = []
    table = situation.stage.table
    for step in situation.run.steps:
        if step.iterate_by == "range":
            columns = [table.column(name) for name in step.key]
            casts = [
                f"(range_hi ->> {place})::{column.type if column else 'text'}"
                for place, column in enumerate(columns)
            ]
        else:
            casts = ["(range_hi ->> 0)::bigint"]
        row = f"row({', '.join(casts)})"
        query = (
            "select batch_number from (select batch_number, "
            f"{row} > lag({row}) over (order by batch_number) as is_behind from batch_ops.batches "
            f"where operation_id = {literal(situation.run.operation_id)}::uuid "
            f"and step_number = {step.number}"
            ") as ordered where not is_behind"
        )
        found += [
            f"batch {number} of step {step.number} is not behind the one before"
            for (number,) in situation.stage.database.rows(query)
        ]
    return found


def _figures_agree(situation: Situation) -> list[str]:
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


def _total_known(situation: Situation) -> list[str]:
    total, expected = situation.run.total, sum(situation.counts)
    if total is None:
        return ["the run has no total"]
    is_told = situation.run.is_total_exact and not situation.plan.has_steps
    if is_told and situation.plan.steps[0].operation_type != "custom_function" and total != expected:
        return [f"the run says exactly {total} rows in all, and {expected} are to be done"]
    return []


def _heartbeats(situation: Situation) -> list[str]:
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


def _failures_recorded(situation: Situation) -> list[str]:
    failures = [error for error in situation.run.failures if error.kind == "row"]
    found = []
    if len(failures) != len(situation.refused):
        found.append(f"{len(failures)} failed rows are recorded, not {len(situation.refused)}")
    for error in failures:
        if error.sqlstate != REFUSED_SQLSTATE:
            found.append(f"a failed row is recorded with {error.sqlstate}: {error.message}")
    return found


def _failure_recorded(situation: Situation) -> list[str]:
    failures = situation.run.failures
    if any(error.sqlstate == REFUSED_SQLSTATE and error.message for error in failures):
        return []
    shown = [f"{error.kind} {error.sqlstate} {error.message}" for error in failures]
    return [f"the failure is not recorded with {REFUSED_SQLSTATE}; recorded is: {shown or 'nothing'}"]


def _invalid_rows_recorded(situation: Situation) -> list[str]:
    count = sum(error.kind == "invalid" for error in situation.run.failures)
    return (
        [] if count == situation.invalid else [f"{count} invalid rows are recorded, not {situation.invalid}"]
    )


def _several_workers(situation: Situation) -> list[str]:
    count = sum(worker.role == "worker" for worker in situation.run.workers)
    found = []
    if situation.done.held < situation.workers:
        found.append(f"{situation.done.held} sessions worked at the same time, not {situation.workers}")
    if count < situation.workers:
        found.append(f"the ledger knows {count} workers, not {situation.workers}")
    return found


def _limit_kept(situation: Situation) -> list[str]:
    changed = situation.done.contents.done
    limit = situation.plan.max_records
    return [] if changed == limit else [f"{changed} rows were changed, and max_records is {limit}"]


CHECKS: Mapping[str, Check] = {
    "completed": _ends("completed", well=True),
    "completed_with_errors": _ends("completed_with_errors", well=True),
    "failed": _ends("failed", well=False),
    "timed_out": _ends("timed_out", well=False),
    "refused": _refused,
    "every_row_once": _every_row_once,
    "some_rows_once": _some_rows_once,
    "all_but_refused_rows": _all_but_refused_rows,
    "nothing_changed": _nothing_changed,
    "batches_within_size": _batches_within_size,
    "ranges_tile": _ranges_tile,
    "in_order": _in_order,
    "batches_completed": _batches_completed,
    "figures_agree": _figures_agree,
    "total_known": _total_known,
    "heartbeats": _heartbeats,
    "failures_recorded": _failures_recorded,
    "failure_recorded": _failure_recorded,
    "invalid_rows_recorded": _invalid_rows_recorded,
    "no_run_opened": _no_run_opened,
    "same_run": _same_run,
    "several_workers": _several_workers,
    "limit_kept": _limit_kept,
}
"""The check of every word."""
