"""Runs with a limit of time: they end ``timed_out``, hanging batches included, and can be resumed."""

import pytest

from support.database.sessions import wait_for_row_lock
from support.engine.account_runs import Run
from support.engine.worker_groups import SEVERAL, Crew

# Makes 30,000 accounts in batches of 100 take three seconds, and each batch ten milliseconds.
SLOW = """
create function work_slowly() returns trigger language plpgsql as $$
begin
    perform pg_sleep(0.01);
    return null;
end $$;
create trigger work_slowly after update on account execute function work_slowly();
"""
FAST = "drop trigger work_slowly on account"
LIMIT = "update batch_ops.runs set timeout = make_interval(secs => %(seconds)s) where operation_id = %(run)s"


@pytest.fixture
def timed_out(dbt, database):
    """A run that reached its timeout, and how its command ended."""
    database.execute(SLOW)
    result = dbt.run_operation("add_credit_in_a_second", check=False)
    database.execute(FAST)
    return Run.newest(database), result


def test_a_run_over_its_timeout_fails_the_command_and_says_how_to_go_on(timed_out):
    run, result = timed_out
    assert result.exit_code == 1
    assert "reached its timeout" in result.output
    assert f"dbt run-operation add_credit_in_a_second --args '{{operation_id: {run.id}}}'" in result.output


def test_a_run_over_its_timeout_is_timed_out_with_a_true_ledger(timed_out):
    run, _ = timed_out
    assert (run.status, run.is_closed) == ("timed_out", False)
    run.assert_true()
    run.assert_figures()


def test_a_run_over_its_timeout_completes_when_it_is_resumed(dbt, timed_out):
    run, _ = timed_out
    dbt.run_operation("add_credit_in_a_second", run.arguments)
    run.assert_exactly_once()


@pytest.fixture
def hanging(dbt, database):
    """A run whose batch waited for a row until the timeout, and how its command ended."""
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 5050 for update")
        process = dbt.start_operation("add_credit_in_a_second")
        wait_for_row_lock(database)
        result = dbt.finish(process, check=False)
    return Run.newest(database), result


def test_a_batch_that_hangs_past_the_timeout_is_ended_and_nothing_of_it_applied(hanging):
    run, result = hanging
    assert result.exit_code == 1
    assert "reached its timeout" in result.output
    assert run.status == "timed_out"
    assert run.value("select count(*) from account where id between 5001 and 5100 and credits <> 0") == 0
    run.assert_true()


def test_a_run_that_hung_completes_when_it_is_resumed(dbt, hanging):
    run, _ = hanging
    dbt.run_operation("add_credit_in_a_second", run.arguments)
    run.assert_exactly_once()


def test_a_timeout_at_any_moment_ends_the_run_in_good_order(run, start_worker, random):
    """Dozens of timeouts, one after another, with two workers; none may surface as a bare error."""
    run.database.execute(SLOW)
    while not run.is_closed:
        run.execute(LIMIT, seconds=random.uniform(0.1, 0.2))
        assert run.join()["status"] == "running"
        workers = [start_worker(run, 0.02) for _ in range(2)]
        ends = [worker.wait()[-1] for worker in workers]
        run.assert_true()
        assert {end.get("status", end.get("error")) for end in ends} <= {"timed_out", "completed"}
    run.assert_exactly_once()


@pytest.mark.parametrize("kind", ["update", "insert", "steps"])
def test_a_crew_of_which_one_hangs_past_the_timeout_ends_and_every_row_is_changed_once_it_is_resumed(
    open_wares, start_worker, kind
):
    run, crew = open_wares(kind), Crew(start_worker, SEVERAL)
    run.make_batches_of(crew.batch_size)
    run.change(timeout="0.5 seconds")
    run.join()
    with run.held_at(150):
        assert {said["status"] for said in crew.work(run)} == {"timed_out"}
        run.assert_consistent()
    assert (run.status, run.is_closed, run.errors()) == ("timed_out", False, set())
    run.change(timeout=None)
    run.join()
    crew.work(run)
    run.assert_exactly_once()
