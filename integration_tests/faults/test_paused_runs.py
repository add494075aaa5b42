"""``dbt_batch_ops.pause`` and ``resume``: of a live run, of one that nobody works on, at any moment."""

import pytest

from support.database.sessions import wait_for_row_lock
from support.engine.account_runs import Run
from support.engine.worker_groups import SEVERAL, Crew
from support.faults.kinds_of_work import KINDS
from support.selection.matrices import turns

CONTROLS = "select action, requested_by::text from batch_ops.controls order by control_id"
BATCHES = "select from batch_ops.batches where operation_id = %(run)s"


@pytest.fixture
def paused(dbt, database):
    """A run that was paused while dbt worked on it, and how that command ended."""
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 10050 for update")
        process = dbt.start_operation("add_credit")
        wait_for_row_lock(database)
        run = Run.newest(database)
        dbt.run_operation("dbt_batch_ops.pause", run.arguments)
    return run, dbt.finish(process, check=False)


def test_a_paused_run_ends_its_command_and_says_who_paused_it_and_how_to_go_on(paused):
    run, result = paused
    assert result.exit_code == 1
    assert f"Run {run.id} of add_credit was paused by " in result.output
    assert f"dbt run-operation add_credit --args '{{operation_id: {run.id}}}'" in result.output
    assert "Traceback" not in result.output


def test_a_paused_run_keeps_what_it_has_done_and_stays_unfinished(paused):
    run, _ = paused
    assert (run.status, run.is_closed) == ("paused", False)
    assert 100 < run.batch_count < 300
    run.assert_true()
    run.assert_figures()


def test_a_paused_run_is_resumed_by_its_id_alone(dbt, paused):
    run, _ = paused
    dbt.run_operation("dbt_batch_ops.resume", run.arguments)
    run.assert_exactly_once()
    requested = run.database.rows(CONTROLS)
    assert [action for action, _ in requested] == ["pause", "resume"]
    assert {by for _, by in requested} == {run.value("select session_user::text")}


def test_a_paused_run_goes_on_with_its_operation_as_well(dbt, paused):
    run, _ = paused
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()


def test_a_paused_run_stands_in_the_way_of_a_new_one(dbt, paused):
    run, _ = paused
    refused = dbt.run_operation("add_credit", check=False)
    assert refused.exit_code == 1
    assert f"run {run.id} of it is unfinished (paused" in refused.output


def test_a_run_that_nobody_works_on_is_paused_at_once(dbt, run):
    said = dbt.run_operation("dbt_batch_ops.pause", run.arguments).output
    assert "is paused; 0 rows are changed so far" in said
    assert run.status == "paused"


def test_a_finished_run_cannot_be_paused_or_resumed(dbt, run):
    dbt.run_operation("add_credit", run.arguments)
    refused = dbt.run_operation("dbt_batch_ops.pause", run.arguments, check=False)
    assert refused.exit_code == 1
    assert "is completed and cannot be paused" in refused.output
    dbt.run_operation("dbt_batch_ops.resume", run.arguments)
    run.assert_exactly_once()


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "retry_failed"])
def test_a_run_that_does_not_exist_is_named_with_the_command_that_lists_runs(dbt, database, action):
    nobody = "00000000-0000-0000-0000-000000000000"
    refused = dbt.run_operation(f"dbt_batch_ops.{action}", {"operation_id": nobody}, check=False)
    assert refused.exit_code == 1
    assert f"There is no run {nobody}" in refused.output
    assert "dbt run-operation dbt_batch_ops.status" in refused.output


@turns(10, of_each_run=2)
def test_pausing_several_workers_at_any_moment_loses_and_repeats_nothing(run, start_worker, random, turn):
    for _ in range(3):
        workers = [start_worker(run, random.uniform(0.005, 0.1)) for _ in range(3)]
        run.wait_for_batches(random.randrange(100))
        run.pause()
        assert {worker.wait()[-1].get("status") for worker in workers} <= {"paused", "completed"}
        run.assert_true()
        run.join()
    start_worker(run).wait()
    run.assert_exactly_once()


@pytest.mark.parametrize("kind", KINDS)
def test_a_crew_that_is_paused_leaves_a_true_ledger_and_ends_with_every_row_once(
    open_wares, start_worker, random, kind
):
    run, crew = open_wares(kind), Crew(start_worker, SEVERAL)
    with crew.at_work(run, random) as workers:
        run.pause()
    assert {worker.wait()[-1]["status"] for worker in workers} == {"paused"}
    assert run.status == "paused"
    run.assert_consistent()
    run.join()
    crew.work(run)
    run.assert_exactly_once()


@pytest.mark.parametrize(("action", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_each_of_a_crew_ends_what_it_has_claimed_and_claims_no_more(open_wares, start_worker, action, status):
    run, crew = open_wares("update"), Crew(start_worker, SEVERAL)
    run.make_batches_of(5)
    with run.database.session(autocommit=False) as gate:
        # Up to here they claim more and more batches at a time.
        gate.cursor().execute("select from ware where number > 100 for update")
        workers = crew.start(run, 60)
        wait_for_row_lock(run.database, sessions=SEVERAL)
        run.value(f"select batch_ops.{action}(%(run)s)")
        claimed = run.database.rows(BATCHES, {"run": run.id})
    assert {worker.wait()[-1]["status"] for worker in workers} == {status}
    assert run.batch_count == len(run.database.rows(BATCHES, {"run": run.id})) == len(claimed)


def test_a_pause_that_is_taken_back_in_time_is_not_noticed(run, start_worker):
    with run.database.session(autocommit=False) as gate:
        gate.cursor().execute("select from account where id = 5050 for update")
        worker = start_worker(run, 0.05)
        wait_for_row_lock(run.database)
        run.pause()
        assert run.resume()["is_live"] is True
    assert worker.wait()[-1]["status"] == "completed"
    run.assert_exactly_once()
