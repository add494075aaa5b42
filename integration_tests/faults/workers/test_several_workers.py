"""Several sessions at once on one run: each joined it with its operation_id."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.database.sessions import terminate, wait_for_row_lock, wait_for_table_lock, wait_until_gone
from support.engine.engine import start
from support.engine.worker_groups import Crew, begin_together
from support.faults.kinds_of_work import NUMBERS
from support.faults.row_errors import raising
from support.selection.matrices import turns

WORKERS_WITH_BATCHES = """
select count(distinct worker_id) from batch_ops.batches where operation_id = %(run)s and status = 'completed'
"""
NEXT_STEP = "select step_number from batch_ops.next_step(%s)"
# The database is the test's own.
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


@turns(3, of_each_run=1)
def test_four_workers_share_a_run_and_change_every_row_once(run, start_worker, random, turn):
    workers = [start_worker(run, random.uniform(0.005, 0.1), begins=False) for _ in range(4)]
    begin_together(run, workers)
    assert {worker.wait()[-1]["status"] for worker in workers} == {"completed"}
    assert run.value(WORKERS_WITH_BATCHES) == 4
    run.assert_exactly_once()


@turns(3, of_each_run=1)
def test_workers_that_take_over_each_others_claims_all_the_time_change_every_row_once(
    run, start_worker, turn
):
    run.claim_again_after("0")
    Crew(start_worker, 4).work(run, 0.02)
    run.assert_exactly_once()


def test_two_dbt_commands_share_a_run(dbt, run):
    with run.database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 5050 for update")
        first = dbt.start_operation("add_credit", run.arguments)
        wait_for_row_lock(run.database)
        before = run.batch_count
        second = dbt.start_operation("add_credit", run.arguments)
        run.wait_for_batches(before + 1)
    dbt.finish(first)
    dbt.finish(second)
    assert run.value(WORKERS_WITH_BATCHES) == 2
    run.assert_exactly_once()


@turns(3, of_each_run=1)
def test_workers_that_come_and_are_killed_change_every_row_once(run, start_worker, random, turn):
    workers = [start_worker(run, 0.05) for _ in range(3)]
    for moment in sorted(random.sample(range(250), 10)):
        run.wait_for_batches(moment)
        victim = workers.pop(random.randrange(3))
        terminate(run.database, victim.backend) if random.random() < 0.5 else victim.kill()
        workers.append(start_worker(run, 0.05))
    for worker in workers:
        worker.wait()
    run.assert_exactly_once()


@pytest.mark.parametrize("kind", ["update", "insert"])
def test_workers_that_take_over_claims_and_record_errors_all_the_time_do_not_lock_each_other_out(
    open_wares, start_worker, kind
):
    run, crew = open_wares(kind), Crew(start_worker, 8)
    run.make_batches_of(5)
    run.change(error_handling="continue_on_error", claim_timeout="0")
    # One in every batch, so that all of them are given back to be tried again.
    strike = raising("P0001", list(range(3, NUMBERS + 1, 5)))
    run.database.execute(strike.cause)
    workers = crew.start(run, 0.01)
    for worker in workers:
        worker.wait()
    run.database.execute(strike.mended)
    run.retry_failed()
    workers += crew.start(run, 0.01)
    for worker in workers:
        worker.wait()
        # What it knows of deadlocks a session tells at its end at the latest.
        wait_until_gone(run.database, worker.backend)
    assert run.value(DEADLOCKS) == 0


def test_a_worker_that_looks_for_a_step_while_another_finishes_it_is_given_that_one(
    little_database, little_request
):
    with little_database.session() as finishing, little_database.session() as looking:
        run = start(finishing, little_request)["operation_id"]
        with ThreadPoolExecutor(1) as thread, finishing.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute("lock table batch_ops.workers in access exclusive mode")
            found = thread.submit(step_of, looking, run)
            wait_for_table_lock(little_database, "batch_ops.workers")
            cursor.execute("update batch_ops.steps set status = 'completed' where operation_id = %s", [run])
            cursor.execute("commit")
            assert found.result() == 1


def step_of(session, run):
    """The step that a session would work on next."""
    with session.cursor() as cursor:
        cursor.execute(NEXT_STEP, [run])
        return cursor.fetchone()[0]
