"""Runs on tables that Citus has distributed: the ordinary engine, and Citus's two-phase commit."""

import time

from support.database.sessions import kill_dbt, terminate, wait_for_rows
from support.engine.account_runs import Run

SHARD = """
select shards.shardid, placements.nodename, placements.nodeport, placements.groupid
from pg_dist_shard as shards
inner join pg_dist_placement as placement using (shardid)
inner join pg_dist_node as placements on placement.groupid = placements.groupid
where shards.logicalrelid = 'account'::regclass
order by shards.shardid
limit 1
"""
ON_NODE = "select success, result from run_command_on_placements('account', %s)"
WORKING = (
    "select pid from batch_ops.workers where ended_at is null and exists (select from batch_ops.batches)"
)


def prepare_on_a_worker(database):
    """Leave what a coordinator session does that dies between the phases: prepared there, decided here."""
    shard, host, port, group = database.row(SHARD)
    name = f"citus_0_{int(time.time())}_1_1"
    done = database.rows(
        "select success, result from master_run_on_worker(array[%s], array[%s], array[%s], false)",
        [
            host,
            port,
            f"begin; update account_{shard} set credits = credits + 100; prepare transaction '{name}'",
        ],
    )
    assert all(success for success, _ in done), done
    database.execute("insert into pg_dist_transaction values (%s, %s)", [group, name])


def prepared(database):
    counted = database.rows(
        "select result::integer from run_command_on_workers('select count(*) from pg_prepared_xacts')"
    )
    return sum(count for (count,) in counted)


def test_a_run_changes_every_row_once(dbt, assert_exactly_once):
    dbt.run_operation("add_credit")
    assert_exactly_once()


def test_two_workers_change_every_row_once(dbt, assert_exactly_once):
    dbt.run_operation("add_credit_in_parallel")
    assert_exactly_once()


def test_rows_are_deleted_and_inserted(dbt, database):
    dbt.run_operation("delete_closed")
    assert database.value("select count(*) from account") == 2000
    dbt.run_operation(
        "add_given_accounts", {"accounts": [{"id": number} for number in range(10_000, 10_250)]}
    )
    assert database.value("select count(*) from account") == 2250


def test_a_run_whose_client_and_session_are_killed_changes_every_row_once(dbt, database, assert_exactly_once):
    arguments = None
    for batches in (1, 5, 12, 20):
        process = dbt.start_operation("add_credit", arguments)
        reached = f"select from batch_ops.batches where status = 'completed' offset {batches}"
        wait_for_rows(database, reached, {}, f"{batches} batches are done")
        pids = database.rows("select pid from batch_ops.workers where ended_at is null")
        kill_dbt(process)
        for (pid,) in pids:
            terminate(database, pid)
        arguments = {"operation_id": str(Run.newest(database).id)}
    dbt.run_operation("add_credit", arguments)
    assert prepared(database) == 0
    assert_exactly_once()


def test_what_a_lost_session_had_prepared_is_finished_when_a_run_opens(dbt, database):
    prepare_on_a_worker(database)
    assert prepared(database) == 1
    dbt.run_operation("delete_closed")
    assert prepared(database) == 0
    assert database.value("select max(credits) from account") == 100


def test_a_volatile_function_in_set_is_refused_before_there_is_a_run(dbt, database):
    refused = dbt.run_operation("draw_lots", check=False)
    assert refused.exit_code != 0
    assert "functions used in UPDATE queries on distributed tables must not be VOLATILE" in refused.output
    assert database.value("select count(*) from batch_ops.runs") == 0


def test_a_role_that_may_not_recover_is_told_what_that_means(database):
    database.execute(
        "drop role if exists limited; create role limited; grant usage on schema batch_ops to limited"
    )
    with database.session() as session, session.cursor() as cursor:
        cursor.execute("set role limited")
        cursor.execute("select batch_ops.recover_prepared()")
        assert "may not call recover_prepared_transactions()" in cursor.fetchone()[0]
