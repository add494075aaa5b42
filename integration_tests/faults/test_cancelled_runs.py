"""``dbt_batch_ops.cancel``: of a run that nobody works on, of a live one, at any moment."""

import pytest

from support.database.sessions import (
    suspended_before_apply,
    terminate,
    wait_for_claim_lock,
    wait_for_row_lock,
)
from support.engine.account_runs import Run, open_run
from support.engine.worker_groups import SEVERAL, Crew
from support.faults.kinds_of_work import KINDS
from support.selection.matrices import turns


def test_an_interrupted_run_is_cancelled_at_once_and_for_good(dbt, run):
    dbt.run_operation("dbt_batch_ops.cancel", run.arguments)
    assert (run.status, run.is_closed) == ("cancelled", True)


def test_a_cancelled_run_does_not_go_on(dbt, run):
    dbt.run_operation("dbt_batch_ops.cancel", run.arguments)
    refused = dbt.run_operation("add_credit", run.arguments, check=False)
    assert refused.exit_code == 1
    assert f"run {run.id} was cancelled" in refused.output
    assert run.batch_count == 0


def test_after_a_cancelled_run_the_operation_starts_anew(dbt, run):
    run.cancel()
    dbt.run_operation("add_credit")
    Run.newest(run.database).assert_exactly_once()


@pytest.fixture
def cancelled_live(dbt, database):
    """A run that was cancelled while dbt worked on it, and how that command ended."""
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 10050 for update")
        process = dbt.start_operation("add_credit")
        wait_for_row_lock(database)
        run = Run.newest(database)
        dbt.run_operation("dbt_batch_ops.cancel", run.arguments)
    return run, dbt.finish(process, check=False)


def test_a_live_run_stops_soon_and_fails_its_command(cancelled_live):
    run, result = cancelled_live
    assert result.exit_code == 1
    assert f"Run {run.id} of add_credit was cancelled by " in result.output


def test_a_cancelled_live_run_is_closed_with_what_it_has_done(cancelled_live):
    run, _ = cancelled_live
    assert (run.status, run.is_closed) == ("cancelled", True)
    assert 100 < run.batch_count < 300
    run.assert_true()
    run.assert_figures()


@turns(10, of_each_run=2)
def test_cancelling_several_workers_at_any_moment_leaves_figures_that_add_up(run, start_worker, random, turn):
    workers = [start_worker(run, random.uniform(0.005, 0.1)) for _ in range(4)]
    run.wait_for_batches(random.randrange(200))
    run.cancel()
    assert {worker.wait()[-1].get("status") for worker in workers} <= {"cancelled", "completed"}
    assert run.is_closed
    run.assert_true()
    run.assert_figures()


def test_cancelling_several_workers_on_staged_keys_leaves_no_error(engine, database, start_worker, random):
    run = open_run(engine, "add_credit_to_listed", {"ids": list(range(1, 15_001))})
    workers = [start_worker(run, random.uniform(0.005, 0.1)) for _ in range(4)]
    run.wait_for_batches(random.randrange(100))
    run.cancel()
    assert {worker.wait()[-1].get("status") for worker in workers} <= {"cancelled", "completed"}
    assert run.value("select count(*) from batch_ops.errors") == 0
    run.assert_figures()


@pytest.mark.parametrize("kind", KINDS)
def test_a_crew_that_is_cancelled_closes_the_run_and_leaves_a_true_ledger(
    open_wares, start_worker, random, kind
):
    run = open_wares(kind)
    with Crew(start_worker, SEVERAL).at_work(run, random) as workers:
        run.cancel()
    assert {worker.wait()[-1]["status"] for worker in workers} == {"cancelled"}
    assert (run.status, run.is_closed, run.errors()) == ("cancelled", True, set())
    run.assert_consistent()
    run.assert_figures()


def test_a_session_that_waited_to_claim_while_the_run_was_closed_changes_nothing(run, start_worker):
    with run.database.session(autocommit=False) as claim_lock, claim_lock.cursor() as cursor:
        with run.database.session(autocommit=False) as row_lock:
            row_lock.cursor().execute("select from account where id = 5050 for update")
            last = start_worker(run, slice_seconds=0.001)
            wait_for_row_lock(run.database)
            cursor.execute("select batch_ops.lock_step(%s, 1)", [run.id])
        wait_for_claim_lock(run.database, last.backend)
        late = start_worker(run, slice_seconds=60)
        wait_for_claim_lock(run.database, late.backend)
        cursor.execute("select batch_ops.cancel(%s)", [run.id])
        claim_lock.commit()
    assert last.wait()[-1]["status"] == "cancelled"
    assert late.wait()[-1]["batches"] == 0
    run.assert_figures()


def test_a_cancelled_run_stays_open_while_a_stopped_session_may_still_change_rows(run, start_worker):
    with suspended_before_apply(run.database, lambda: start_worker(run, 60)) as late:
        run.cancel()
        start_worker(run).wait()
        assert not run.is_closed
    late.wait()
    assert (run.status, run.is_closed) == ("cancelled", True)
    run.assert_true()
    run.assert_figures()


def test_a_cancelled_run_whose_stopped_session_died_is_closed_by_another_cancel(run, start_worker):
    with suspended_before_apply(run.database, lambda: start_worker(run, 60)) as late:
        run.cancel()
        start_worker(run).wait()
        run.value("select pg_terminate_backend(%(pid)s)", pid=late.backend)
    terminate(run.database, late.backend)
    run.cancel()
    assert (run.status, run.is_closed) == ("cancelled", True)
    run.assert_figures()
