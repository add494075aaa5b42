"""What servers behind a partitioned table keep of runs: how it comes there, and when it goes."""

import pytest

from support.adapters.shards import ACCOUNTS
from support.engine.account_runs import Run


@pytest.fixture
def bare(database, shards):
    """The servers as before the ledger was told of them."""
    for shard in shards.databases:
        shard.execute("drop schema batch_ops cascade")
    database.execute(
        "do $$ declare v_name text; begin for v_name in select relname from pg_class where relkind = 'f' "
        "and relnamespace = 'batch_ops'::regnamespace loop "
        "execute format('drop foreign table batch_ops.%I', v_name); end loop; end $$"
    )
    return shards


def test_install_makes_them_on_every_server_that_holds_partitions(dbt, database, bare):
    output = dbt.run_operation("dbt_batch_ops.install").output
    assert "server shard_0 keeps markers of batches." in output
    assert "server shard_1 keeps markers of batches." in output
    dbt.run_operation("add_credit")
    bare.assert_exactly_once(Run.newest(database))


def test_without_dblink_install_prints_what_is_to_be_run_there(dbt, database, bare):
    database.execute("drop extension dblink")
    output = dbt.run_operation("dbt_batch_ops.install").output
    assert "server shard_0: extension dblink is not installed in database test" in output
    assert "Run this on shard_0 and shard_1, as the role of the user mapping:" in output
    sql = output[output.index("create schema") :]
    for shard in bare.databases:
        shard.execute(sql)
    dbt.run_operation("add_credit")
    bare.assert_exactly_once(Run.newest(database))


def test_a_server_that_is_none_is_named_with_those_that_there_are(dbt, database, shards):
    result = dbt.run_operation("dbt_batch_ops.install", {"servers": ["shard_9"]}, check=False)
    assert result.exit_code == 1
    assert "no foreign server of postgres_fdw called shard_9" in result.output
    assert "there are shard_0, shard_1" in result.output


def test_markers_go_with_their_run(dbt, database, shards):
    dbt.run_operation("add_credit")
    run = Run.newest(database)
    assert len(shards.markers(run)) == run.batch_count
    dbt.run_operation("dbt_batch_ops.purge", {"keep": 0})
    assert shards.markers(run) == []
    assert database.value("select count(*) from batch_ops.runs") == 0


def test_a_run_is_kept_whose_markers_say_something_else(dbt, database, shards):
    dbt.run_operation("add_credit")
    run = Run.newest(database)
    shards.databases[1].execute("update batch_ops.applied set records = records - 1 where batch_number = 3")
    output = dbt.run_operation("dbt_batch_ops.purge", {"keep": 0}).output
    assert f"run {run.id} is kept: 1 of its batches are not what shard shard_1 has of them" in output
    assert run.status == "completed"
    assert len(shards.databases[1].rows("select from batch_ops.applied")) > 0


def test_a_foreign_table_by_itself_is_changed_like_a_partition(project, dbt, database, shards):
    database.execute("alter table account detach partition account_1")
    project.write(
        "batch_operations/lone.yml",
        """
name: account_1
fields: {id: bigint, credits: integer}
patterns:
  - {name: batch_operations, operation: add_alone, operation_type: update,
     update_data: {credits: {sql: credits + 1}}, batch_size: 100}
""",
    )
    project.generate()
    dbt.run_operation("add_alone")
    ((credits_, rows),) = shards.databases[1].rows("select credits, count(*) from account_1 group by 1")
    assert (credits_, rows > ACCOUNTS / 3) == (1, True)
    assert len(shards.markers(Run.newest(database))) > 0


def test_partitions_that_are_here_are_changed_beside_those_that_are_not(dbt, database, shards):
    database.execute(
        "alter table account detach partition account_1; create table account_here partition of account "
        "for values with (modulus 2, remainder 1); alter table account_here add primary key (id);"
        "insert into account_here select * from account_1"
    )
    dbt.run_operation("add_credit")
    assert database.rows("select credits, count(*) from account group by 1") == [(1, ACCOUNTS)]
    assert database.rows("select shard from batch_ops.steps order by step_number") == [("shard_0",), (None,)]
