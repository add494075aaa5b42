"""SIGKILL for the process that drives a run. Its session in the server is not told and ends its slice."""

from support.database.sessions import kill_dbt, wait_for_row_lock, wait_until_gone
from support.engine.account_runs import Run, create_accounts, open_run
from support.patience import wait_until
from support.selection.matrices import turns

FULL = 300


def moments(random, count, batches=FULL):
    """Numbers of completed batches at which to strike, in order."""
    return sorted(random.sample(range(batches - 50), count))


@turns(3, of_each_run=1)
def test_dbt_killed_at_any_moments_and_resumed_changes_every_row_once(dbt, database, random, turn):
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        # The last batch waits: dbt cannot have ended before it is killed.
        cursor.execute("select from account where id = 30000 for update")
        process = dbt.start_operation("add_credit")
        run = Run.opened(database)
        for moment in moments(random, 3):
            run.wait_for_batches(moment)
            kill_dbt(process)
            process = dbt.start_operation("add_credit", run.arguments)
    dbt.finish(process)
    run.assert_exactly_once()


@turns(3, of_each_run=1)
def test_clients_killed_at_many_moments_and_resumed_by_dbt_change_every_row_once(
    dbt, run, start_worker, random, turn
):
    for moment in moments(random, 20):
        worker = start_worker(run, slice_seconds=random.uniform(0.005, 0.1))
        run.wait_for_batches(moment)
        worker.kill()
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()


def test_a_killed_run_is_interrupted_and_says_what_it_has_done(run, start_worker):
    worker = start_worker(run, slice_seconds=0.01)
    run.wait_for_batches(20)
    worker.kill()
    wait_until_gone(run.database, worker.backend)
    assert run.status == "interrupted"
    run.assert_true()


def test_a_resume_goes_on_while_the_abandoned_session_still_ends_its_slice(dbt, run, start_worker):
    with run.database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 10000 for update")
        worker = start_worker(run, slice_seconds=60)
        wait_for_row_lock(run.database)
        worker.kill()
        before = run.batch_count
        process = dbt.start_operation("add_credit", run.arguments)
        wait_until(lambda: run.batch_count > before, "the resumed run has made progress")
    dbt.finish(process)
    wait_until_gone(run.database, worker.backend)
    run.assert_exactly_once()


def test_the_claims_of_a_killed_session_are_not_waited_for(dbt, run):
    run.claim_again_after("1 hour")
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()


def test_large_batches_are_changed_once_too(engine, dbt, database, start_worker, random):
    run = open_run(engine, "add_credit_in_large_batches")
    for moment in sorted(random.sample(range(25), 10)):
        worker = start_worker(run, slice_seconds=0.01)
        run.wait_for_batches(moment)
        worker.kill()
    dbt.run_operation("add_credit_in_large_batches", run.arguments)
    run.assert_exactly_once()


def test_staged_keys_are_changed_once_too(engine, dbt, database, start_worker, random):
    ids = random.sample(range(1, 30_000), 5_000)
    run = open_run(engine, "add_credit_to_listed", {"ids": ids})
    for moment in sorted(random.sample(range(40), 10)):
        worker = start_worker(run, slice_seconds=0.01)
        run.wait_for_batches(moment)
        worker.kill()
    dbt.run_operation("add_credit_to_listed", run.arguments)
    run.assert_completed()
    changed = run.database.rows("select id from account where credits = 1 order by id")
    assert [key for (key,) in changed] == sorted(ids)
    assert run.value("select sum(credits) from account") == len(ids)


def test_a_run_killed_before_its_first_batch_can_be_resumed_on_an_empty_table(dbt, empty_database):
    create_accounts(empty_database, 0)
    dbt.run_operation("add_credit")
    assert Run.newest(empty_database).status == "completed"
