"""Runs that can go on once their errors are mended: nothing that was decided before stands in their way."""

import pytest

from support.database.sessions import wait_for_row_lock
from support.engine.account_runs import Run
from support.engine.engine import start, work_off

BAD = "alter table account add constraint unlucky check (credits = 0 or id not between %s and %s)"
MENDED = "alter table account drop constraint unlucky"
CHANGED = "select count(*) from account where credits = 1"


@pytest.fixture
def session(little_database):
    with little_database.session() as session:
        yield session


@pytest.fixture
def start_run(little_database, little_request, session):
    """Start a run under a policy, with these rows bad, and work it off; returns it."""

    def start_run(first, last, **policy):
        little_database.execute(BAD, [first, last])
        description = {**little_request["description"], **policy}
        work_off(session, start(session, little_request, description=description)["operation_id"])
        return Run.newest(little_database)

    return start_run


def test_a_run_that_stopped_over_its_limit_of_errors_completes_when_they_are_mended(start_run, session):
    run = start_run(950, 971, error_handling="continue_on_error", max_errors=12)
    assert (run.status, run.is_closed) == ("failed", False)
    run.database.execute(MENDED)
    # Once for the rows that had failed: with them the rest of the run is done.
    assert run.retry_failed()["status"] == "running"
    assert work_off(session, run.id)["status"] == "completed"
    run.assert_exactly_once()
    assert run.value("select batch_ops.count_errors(%(run)s)") == 0


def test_rows_that_fail_again_are_over_the_limit_again(start_run, session):
    run = start_run(950, 971, error_handling="continue_on_error", max_errors=12)
    for _ in range(2):
        run.retry_failed()
        assert work_off(session, run.id)["status"] == "failed"
        assert "more than max_errors = 12" in run.value(
            "select stop_reason from batch_ops.runs where operation_id = %(run)s"
        )
    # No row is listed twice, and those behind the limit were left alone.
    rows = "select count(*), count(distinct row_key) from batch_ops.errors where resolved_at is null"
    count, distinct = run.database.row(rows)
    assert count == distinct
    assert count <= 22


def test_to_go_on_alone_does_not_lift_the_limit(start_run, session):
    run = start_run(950, 971, error_handling="continue_on_error", max_errors=12)
    before = run.value(CHANGED)
    run.join()
    assert work_off(session, run.id)["status"] == "failed"
    assert run.value(CHANGED) == before


@pytest.fixture
def cancelled_while_failing(little_database, little_request, start_worker):
    """A run that was cancelled while a session was in a batch that then failed."""
    little_database.execute(BAD, [150, 150])
    with little_database.session() as session:
        run_id = start(session, little_request)["operation_id"]
    run = Run(little_database, run_id)
    with little_database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 120 for update")
        worker = start_worker(run)
        wait_for_row_lock(little_database)
        run.cancel()
    worker.wait()
    return run


def test_a_run_that_fails_after_it_was_cancelled_is_cancelled(cancelled_while_failing):
    run = cancelled_while_failing
    assert (run.status, run.is_closed, run.value(CHANGED)) == ("cancelled", True, 100)


def test_after_a_cancel_in_a_failing_batch_a_new_run_starts(
    cancelled_while_failing, little_database, little_request, session
):
    little_database.execute(MENDED)
    assert start(session, little_request)["status"] == "running"
