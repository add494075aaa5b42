"""Every fault against every kind of work: it leaves a true ledger, and the run ends with every row once.

``support/ware_kinds.py`` says what the work is, ``support/wares.py`` what must be true, and
``support/fault_moments.py`` how faults happen.
"""

import pytest

from support.fault_moments import FAULTS
from support.strikes import constraint, deferred, raising, uncastable
from support.ware_kinds import KINDS

BAD = [27, 150, 151, 333, 600]
BAD_ROWS = {
    "constraint": lambda kind: constraint(kind, BAD),
    "cast": lambda kind: uncastable(BAD),
    "trigger": lambda kind: raising("P0001", BAD),
    "own code": lambda kind: raising("UX001", BAD),
    "deferred constraint": lambda kind: deferred(BAD),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
every_bad_row = pytest.mark.parametrize("strike", BAD_ROWS)


@every_kind
@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_the_ledger_is_true_and_the_run_ends_with_every_row_once(
    open_wares, start_worker, kind, fault
):
    run, fault = open_wares(kind), FAULTS[fault]
    fault.strike(run, start_worker)
    run.assert_consistent()
    assert run.errors() == fault.errors
    assert run.status == fault.status
    run.database.execute(fault.mended or "select")
    if not run.is_closed:
        run.join()
        assert start_worker(run).wait()[-1]["status"] == "completed"
    run.assert_exactly_once()


@every_kind
@every_bad_row
def test_under_stop_on_error_a_bad_row_is_named_its_batch_undone_and_done_once_mended(
    open_wares, start_worker, kind, strike
):
    run = open_wares(kind)
    strike = BAD_ROWS[strike](run.kind)
    run.database.execute(strike.cause)
    assert start_worker(run, 0.05).wait()[-1]["status"] == "failed"
    run.assert_consistent()
    step = run.kind.steps[0]
    assert run.errors(
        "kind, step_number, batch_number, sqlstate, constraint_name, source_row ->> 'number'"
    ) == {("batch", step, 2, strike.sqlstate, strike.constraint, "27")}
    assert run.value("select sum(times) from applied") == 20
    run.database.execute(strike.mended)
    run.join()
    start_worker(run).wait()
    run.assert_exactly_once()


@every_kind
@every_bad_row
def test_under_continue_on_error_bad_rows_are_recorded_and_tried_again_once_mended(
    open_wares, start_worker, kind, strike
):
    run = open_wares(kind)
    strike = BAD_ROWS[strike](run.kind)
    run.change(error_handling="continue_on_error")
    run.database.execute(strike.cause)
    assert start_worker(run, 0.05).wait()[-1]["status"] == "completed"
    run.assert_consistent()
    assert run.failed_rows == [(step, number) for step in run.kind.steps for number in BAD]
    assert run.errors("kind, sqlstate, constraint_name") == {("row", strike.sqlstate, strike.constraint)}
    run.assert_closed("completed_with_errors")
    assert run.retry_failed()["status"] == "running"
    start_worker(run).wait()
    run.assert_consistent()
    assert run.failed_rows == [(step, number) for step in run.kind.steps for number in BAD]
    run.database.execute(strike.mended)
    run.retry_failed()
    start_worker(run).wait()
    run.assert_exactly_once()
