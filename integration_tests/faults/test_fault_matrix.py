"""Every fault against every kind of work: it leaves a true ledger, and the run ends with every row once.

``support/ware_kinds.py`` says what the work is, ``support/wares.py`` what must be true,
``support/fault_moments.py`` how faults happen, and ``support/crews.py`` to whom: to a worker that is alone on
the run, or to one of several.
"""

from support.engine.worker_groups import CREWS, SEVERAL
from support.faults.faults import FAULTS
from support.faults.kinds_of_work import KINDS
from support.faults.row_errors import constraint, deferred, raising, uncastable
from support.selection.matrices import crossed

BAD = [27, 150, 151, 333, 600]
BAD_ROWS = {
    "constraint": lambda kind: constraint(kind, BAD),
    "cast": lambda kind: uncastable(BAD),
    "trigger": lambda kind: raising("P0001", BAD),
    "own code": lambda kind: raising("UX001", BAD),
    "deferred constraint": lambda kind: deferred(BAD),
}
# What several do with bad rows is no other matter for a delete than for an update.
every_bad_row = crossed(
    kind=list(KINDS),
    crew=CREWS,
    strike=list(BAD_ROWS),
    indirect=["crew"],
    skipped=lambda kind, crew, strike: crew == SEVERAL and kind in ("delete", "upsert"),
)


@crossed(fault=list(FAULTS), kind=list(KINDS), crew=CREWS, pairs=True, indirect=["crew"])
def test_after_a_fault_the_ledger_is_true_and_the_run_ends_with_every_row_once(
    open_shared, crew, kind, fault
):
    run, fault = open_shared(kind), FAULTS[fault]
    fault.strike(run, crew)
    run.assert_consistent()
    assert run.errors() == fault.errors
    assert run.status == fault.status_with(crew)
    run.database.execute(fault.mended or "select")
    if not run.is_closed:
        run.join()
        assert {said["status"] for said in crew.work(run)} == {"completed"}
    run.assert_exactly_once()


@every_bad_row
def test_under_stop_on_error_a_bad_row_is_named_its_batch_undone_and_done_once_mended(
    open_shared, crew, kind, strike
):
    run = open_shared(kind)
    strike = BAD_ROWS[strike](run.kind)
    run.database.execute(strike.cause)
    assert {said["status"] for said in crew.work(run, 0.05)} == {"failed"}
    run.assert_consistent()
    # Several may each have met one before they learn that the run has failed.
    named = run.errors("kind, step_number, batch_number, sqlstate, constraint_name, source_row ->> 'number'")
    met = [27] if crew.is_alone else BAD
    assert named
    assert named <= {
        ("batch", run.kind.steps[0], run.batch_of(number), strike.sqlstate, strike.constraint, str(number))
        for number in met
    }
    if crew.is_alone:
        assert run.value("select sum(times) from applied") == run.batch_size
    run.database.execute(strike.mended)
    run.join()
    crew.work(run)
    run.assert_exactly_once()


@every_bad_row
def test_under_continue_on_error_bad_rows_are_recorded_and_tried_again_once_mended(
    open_shared, crew, kind, strike
):
    run = open_shared(kind)
    strike = BAD_ROWS[strike](run.kind)
    run.change(error_handling="continue_on_error")
    run.database.execute(strike.cause)
    assert {said["status"] for said in crew.work(run, 0.05)} == {"completed"}
    run.assert_consistent()
    assert run.failed_rows == [(step, number) for step in run.kind.steps for number in BAD]
    assert run.errors("kind, sqlstate, constraint_name") == {("row", strike.sqlstate, strike.constraint)}
    run.assert_closed("completed_with_errors")
    assert run.retry_failed()["status"] == "running"
    crew.work(run)
    run.assert_consistent()
    assert run.failed_rows == [(step, number) for step in run.kind.steps for number in BAD]
    run.database.execute(strike.mended)
    run.retry_failed()
    crew.work(run)
    run.assert_exactly_once()
