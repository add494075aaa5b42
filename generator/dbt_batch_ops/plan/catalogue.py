"""The scenarios of an operation, under the six headings of the reference document."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.plan.scenarios import Act, Scenario

SMALL_BATCH = 5
"""Rows of a batch in the scenarios, where the spec does not ask for fewer."""

KEY = "dbt-batch-ops test"
_LIMIT = 8
_SECONDS = 3
_BATCHES = "Batch processing"
_ERRORS = "Error handling"
_PROGRESS = "Progress tracking"
_PARALLEL = "Parallel execution"
_DATA = "Data consistency"
_PERFORMANCE = "Performance"
_GOES_ON = ("continue_on_error", "collect_errors")


def scenarios(plan: OperationPlan) -> tuple[Scenario, ...]:
    """Return what is tried with an operation.

    Args:
        plan: The operation.
    """
    return (
        *_batch_processing(plan),
        *_error_handling(plan),
        *_progress_tracking(plan),
        *_parallel_execution(plan),
        *_data_consistency(plan),
        *_performance(plan),
    )


def selects(plan: OperationPlan) -> bool:
    """Return whether an operation changes nothing and is written into a file."""
    return [step.operation_type for step in plan.steps] == ["select"]


def _works_once(plan: OperationPlan) -> bool:
    """Return whether there is one batch whatever the data: a step without rows."""
    return all(step.source.kind == "once" for step in plan.steps)


def _is_transaction(plan: OperationPlan) -> bool:
    return plan.error_handling == "rollback_on_any_error"


def _batch_processing(plan: OperationPlan) -> Iterator[Scenario]:
    yield Scenario(
        _BATCHES,
        "every matching row is done exactly once, in small batches, and no other row",
        (Act("run", ("completed", "every_row_once", "batches_within_size", "batches_completed")),),
    )
    yield Scenario(
        _BATCHES,
        "batches follow one another in order, without gap or overlap",
        (Act("run", ("completed", "ranges_tile", "in_order")),),
    )


def _error_handling(plan: OperationPlan) -> Iterator[Scenario]:
    yield Scenario(
        _ERRORS,
        "an argument that the operation does not know is refused before anything happens",
        (Act("run", ("refused", "nothing_changed"), {"no_such_argument": 1}),),
    )
    if plan.preconditions:
        acts = (Act("run", ("refused", "nothing_changed")),)
        name = "a precondition that does not hold keeps everything as it is"
        yield Scenario(_ERRORS, name, acts, given={"broken_precondition": True})
    yield _refused_row(plan)
    if plan.error_handling in _GOES_ON and plan.max_errors is not None:
        name = "more failed rows than max_errors stop the run"
        acts = (Act("run", ("failed", "some_rows_once")),)
        yield Scenario(_ERRORS, name, acts, {"max_errors": 1}, {"refused_rows": 2}, _no_rows_fail(plan))
    if any(step.rules for step in plan.steps):
        yield _invalid_rows(plan)


def _refused_row(plan: OperationPlan) -> Scenario:
    given = {"refused_rows": 1}
    done = Act("resume", ("completed", "every_row_once"))
    skipped = _no_rows_fail(plan)
    if plan.error_handling in _GOES_ON:
        name = "a row that cannot be changed costs only itself, is recorded, and can be tried again"
        failed = Act("run", ("completed_with_errors", "all_but_refused_rows", "failures_recorded"))
        again = Act("retry_failed", ("completed", "every_row_once"))
        acts = (failed,) if plan.has_steps else (failed, Act("mend"), again)
        return Scenario(_ERRORS, name, acts, {"max_errors": None}, given, skipped)
    if _is_transaction(plan):
        name = "a row that cannot be changed takes everything back"
        failed = Act("run", ("failed", "nothing_changed", "failure_recorded"))
        again = Act("run", ("completed", "every_row_once"))
        return Scenario(_ERRORS, name, (failed, Act("mend"), again), {}, given, skipped)
    name = "a row that cannot be changed undoes its batch and stops the run, which goes on when it is mended"
    failed = Act("run", ("failed", "some_rows_once", "figures_agree", "failure_recorded"))
    return Scenario(_ERRORS, name, (failed, Act("mend"), done), {}, given, skipped)


def _no_rows_fail(plan: OperationPlan) -> str | None:
    """Return why no single row of an operation can be made to fail."""
    if selects(plan):
        return "it changes no rows"
    types = {step.operation_type for step in plan.steps}
    if types <= {"custom_function", "select"}:
        return "it changes no rows of its own; what its function does with an error is the function's"
    return None


def _invalid_rows(plan: OperationPlan) -> Scenario:
    expected: tuple[str, ...]
    if plan.skip_invalid_rows:
        name = "rows that break a rule are recorded and left out"
        expected = ("completed_with_errors", "every_row_once", "invalid_rows_recorded")
    else:
        name = "rows that break a rule keep all rows out"
        expected = ("refused", "nothing_changed")
    return Scenario(_ERRORS, name, (Act("run", expected),), {"max_errors": None}, {"invalid_rows": 2})


def _progress_tracking(plan: OperationPlan) -> Iterator[Scenario]:
    # The session of an export ends with its client, and signs off with nobody.
    alive = () if selects(plan) else ("heartbeats",)
    yield Scenario(
        _PROGRESS,
        "what the ledger says is what was done",
        (Act("run", ("completed", "figures_agree", "total_known", *alive)),),
    )
    yield Scenario(
        _PROGRESS,
        "a dry run tells what would be done and changes nothing",
        (Act("dry_run", ("nothing_changed", "no_run_opened")),),
        skipped="an export has no dry run" if selects(plan) else None,
    )


def _parallel_execution(plan: OperationPlan) -> Iterator[Scenario]:
    skipped = None
    if _is_transaction(plan):
        skipped = "rollback_on_any_error is one transaction, and a transaction is one session"
    elif selects(plan):
        skipped = "a file is written by one session"
    elif _works_once(plan):
        skipped = "there is only one batch"
    expected = ("completed", "several_workers", "every_row_once", "batches_completed", "batches_within_size")
    yield Scenario(
        _PARALLEL,
        "two workers share the batches, and every row is done exactly once",
        (Act("run", expected, workers=2),),
        skipped=skipped,
    )


def _data_consistency(plan: OperationPlan) -> Iterator[Scenario]:
    killed = Act("kill", ("nothing_changed",) if _is_transaction(plan) else ("some_rows_once",))
    yield Scenario(
        _DATA,
        "a run that is killed in the middle goes on, and every row is done exactly once",
        (killed, Act("resume", ("completed", "every_row_once"))),
        given={"held": True},
    )
    again = ("same_run", "every_row_once", "no_run_opened")
    key = {"idempotency_key": KEY}
    yield Scenario(
        _DATA,
        "a second start with the same idempotency_key does nothing",
        (Act("run", ("completed", "every_row_once"), key), Act("run", again, key)),
        skipped="a file is written once for each start" if selects(plan) else None,
    )


def _no_limit(plan: OperationPlan) -> str | None:
    """Return why no limit of rows can be tried with an operation."""
    if plan.has_steps:
        return "it has several steps"
    if {step.operation_type for step in plan.steps} <= {"custom_function", "select"}:
        return "it changes no rows, and max_records is about rows that are changed"
    return "it has no rows" if _works_once(plan) else None


def _calls(plan: OperationPlan) -> bool:
    """Return whether an operation calls a function that may not be called again after it was cut off."""
    return any(step.operation_type == "custom_function" and not step.is_idempotent for step in plan.steps)


def _timeout(plan: OperationPlan) -> Scenario:
    skipped = None
    name = "a run that reaches its timeout ends as timed_out, keeps what it has done, and goes on"
    first = Act("run", ("timed_out", "some_rows_once"))
    again = Act("resume", ("completed", "every_row_once"))
    if _is_transaction(plan):
        skipped = "a run that is one transaction has nothing to go on with"
    elif selects(plan):
        skipped = "an export has no time limit of its own"
    elif _calls(plan) and plan.has_steps:
        skipped = "how it ends depends on the step that is cut off: a function that is, fails the run"
    elif _calls(plan):
        name = "a call that takes longer than its limit is cut off and fails the run"
        first = Act("run", ("failed", "nothing_changed" if _works_once(plan) else "some_rows_once"))
        again = Act("run" if _works_once(plan) else "resume", ("completed", "every_row_once"))
    limit = {"timeout_seconds": _SECONDS}
    return Scenario(_PERFORMANCE, name, (first, Act("mend"), again), limit, {"held": True}, skipped)


def _performance(plan: OperationPlan) -> Iterator[Scenario]:
    yield _timeout(plan)
    if plan.on_limit == "stop" and plan.max_records is not None:
        name = "with more rows than max_records, that many are done"
        expected: tuple[str, ...] = ("completed", "limit_kept", "some_rows_once")
    else:
        name = "more rows than max_records are refused before anything is changed"
        expected = ("refused", "nothing_changed")
    yield Scenario(
        _PERFORMANCE,
        name,
        (Act("run", expected),),
        {"max_records": _LIMIT},
        skipped=_no_limit(plan),
    )
