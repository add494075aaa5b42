"""Whatever dies while a run works on several servers: each shard's rows are changed once.

COMMIT is not atomic across servers, so each of these would change rows twice without the shards' markers.
"""

import re
from contextlib import ExitStack, contextmanager

import psycopg2

from support.adapters.shards import ACCOUNTS
from support.database.sessions import suspended, terminate, wait_for_row_lock, wait_for_rows, wait_until_gone
from support.engine.account_runs import Run
from support.patience import wait_until
from support.selection.matrices import turns

BATCHES = ACCOUNTS // 100
# A COMMIT that waits for a standby that is not there: done on the disk, seen by nobody, and not yet told.
NO_COMMITS = "alter system set synchronous_standby_names = 'nobody'"
COMMITS = "alter system reset synchronous_standby_names"
IN_COMMIT = "select pid from pg_stat_activity where wait_event = 'SyncRep' and datname = current_database()"
CONSTRAINT = (
    "alter table account_{number} add constraint unlucky check (credits = 0 or mod(id, 500) <> 7) not valid"
)


@contextmanager
def commits_that_do_not_return(database):
    with database.session() as session, session.cursor() as cursor:
        cursor.execute(NO_COMMITS)
        cursor.execute("select pg_reload_conf()")
        try:
            yield
        finally:
            cursor.execute(COMMITS)
            cursor.execute("select pg_reload_conf()")


@turns(3, of_each_run=1)
def test_clients_killed_at_many_moments(dbt, run, shards, start_worker, random, turn):
    for moment in sorted(random.sample(range(BATCHES - 20), 15)):
        worker = start_worker(run, slice_seconds=random.uniform(0.005, 0.1))
        run.wait_for_batches(moment)
        worker.kill()
    dbt.run_operation("add_credit", run.arguments)
    shards.assert_exactly_once(run)


@turns(5, of_each_run=1)
def test_sessions_terminated_at_many_moments(run, shards, start_worker, random, turn):
    for moment in sorted(random.sample(range(BATCHES - 20), 15)):
        worker = start_worker(run, slice_seconds=60)
        run.wait_for_batches(moment)
        terminate(run.database, worker.backend)
        worker.kill()
        shards.assert_never_behind(run)
    start_worker(run).wait()
    shards.assert_exactly_once(run)


@turns(3, of_each_run=1)
def test_a_commit_that_outlives_its_coordinator_is_found_by_whoever_takes_the_batch_over(
    run, shards, start_worker, turn
):
    shard = shards.databases[0]
    with ExitStack() as stopped:
        with commits_that_do_not_return(shard):
            worker = start_worker(run, slice_seconds=60)
            ((pid,),) = wait_for_rows(shard, IN_COMMIT, {}, "a COMMIT waits on the shard")
            # From here on nobody can end it, and nobody sees what it has done.
            stopped.enter_context(suspended(pid))
            terminate(run.database, worker.backend)
            wait_until_gone(run.database, worker.backend)
        heir = start_worker(run, slice_seconds=60)
        # What is left behind is done last; it meets rows that the transaction still holds.
        wait_for_row_lock(shard)
    heir.wait()
    shards.assert_exactly_once(run)
    assert ("40001", 1) in run.database.rows("select sqlstate, count(*) from batch_ops.errors group by 1")


def test_failed_rows_of_a_batch_that_only_the_shard_knows_are_recorded(dbt, database, shards, start_worker):
    for number, shard in enumerate(shards.databases):
        shard.execute(CONSTRAINT.format(number=number))
    with commits_that_do_not_return(shards.databases[0]):
        process = dbt.start_operation("add_credit_where_possible")
        wait_for_rows(shards.databases[0], IN_COMMIT, {}, "a COMMIT waits on the shard")
        run = Run.newest(database)
        process.kill()
        terminate(database, database.value("select pid from batch_ops.workers"))
    start_worker(run).wait()
    bad = {number for number in range(1, ACCOUNTS + 1) if number % 500 == 7}
    recorded = database.rows("select (row_key ->> 'id')::bigint from batch_ops.errors where kind = 'row'")
    assert sorted(key for (key,) in recorded) == sorted(bad)
    assert shards.credits() == [(0, len(bad)), (1, ACCOUNTS - len(bad))]
    shards.assert_true(run)


def test_a_shard_that_is_killed_amid_a_statement_and_comes_back_is_worked_on_by_the_same_session(
    run, shards, start_worker
):
    shard, server = shards.databases[0], shards.servers[0]
    gate = psycopg2.connect(shard.connection.url)
    gate.cursor().execute("select from account_0 where id > 3000 for update")
    worker = start_worker(run)
    wait_for_row_lock(shard)
    server.kill()
    gate.close()
    wait_for_rows(
        run.database,
        "select from batch_ops.errors where sqlstate like '08%%' or sqlstate like '57P%%'",
        {},
        "the run has noticed",
    )
    server.start()
    # postgres_fdw refuses to commit after that: without a rollback the call itself would fail.
    assert all("error" not in told for told in worker.wait())
    if run.status != "completed":
        start_worker(run).wait()
    shards.assert_exactly_once(run)


def test_a_shard_that_stays_away_ends_the_run_and_the_next_call_goes_on(dbt, run, shards, start_worker):
    worker = start_worker(run)
    run.wait_for_batches(10)
    server = shards.servers[1]
    server.kill()
    try:
        worker.wait()
        assert run.status in {"failed", "interrupted"}
    finally:
        server.start()
    dbt.run_operation("add_credit", run.arguments)
    shards.assert_exactly_once(run)


def test_a_ledger_that_is_older_than_a_shard_changes_nothing_there(dbt, run, shards, start_worker):
    """As after a restore of the coordinator: the newest batches are gone, and their rows are changed."""
    worker = start_worker(run, slice_seconds=60)
    run.wait_for_batches(20)
    terminate(run.database, worker.backend)
    run.execute("delete from batch_ops.batches where operation_id = %(run)s and batch_number > 10")
    refused = dbt.run_operation("add_credit", run.arguments, check=False)
    assert refused.exit_code == 1
    assert re.search(
        r"the ledger and shard shard_\d do not agree on batch 11: one of them is older", refused.output
    )
    assert all(value in (0, 1) for value, _ in shards.credits())


def test_a_crash_of_the_coordinator_loses_nothing(server, run, shards, start_worker, random):
    worker = start_worker(run, slice_seconds=60)
    run.wait_for_batches(random.randrange(20, BATCHES // 2))
    server.kill()
    worker.wait()
    server.start()
    wait_until(lambda: run.status == "interrupted", "nobody works on the run")
    start_worker(run).wait()
    shards.assert_exactly_once(run)
