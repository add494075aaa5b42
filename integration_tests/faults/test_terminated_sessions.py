"""``pg_terminate_backend`` for the session that works on a run."""

from support.database.sessions import terminate, wait_for_row_lock
from support.engine.account_runs import Run
from support.selection.matrices import turns


@turns(3, of_each_run=1)
def test_sessions_terminated_at_many_moments_change_every_row_once(dbt, run, start_worker, random, turn):
    for moment in sorted(random.sample(range(250), 20)):
        worker = start_worker(run, slice_seconds=random.uniform(0.005, 0.1))
        run.wait_for_batches(moment)
        terminate(run.database, worker.backend)
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()


def test_a_terminated_session_leaves_a_true_ledger_and_no_half_batch(run, start_worker):
    worker = start_worker(run, slice_seconds=60)
    run.wait_for_batches(20)
    terminate(run.database, worker.backend)
    assert run.batch_count >= 20
    run.assert_true()


def test_dbt_fails_when_its_session_is_terminated(dbt, database):
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 5000 for update")
        process = dbt.start_operation("add_credit")
        terminate(database, wait_for_row_lock(database))
    assert dbt.finish(process, check=False).exit_code == 1


def test_dbt_goes_on_after_its_session_was_terminated(dbt, database, random):
    process = dbt.start_operation("add_credit")
    run = Run.opened(database)
    run.wait_for_batches(random.randrange(250))
    terminate(database, run.value("select pid from batch_ops.workers where operation_id = %(run)s"))
    dbt.finish(process, check=False)
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()
