"""What cannot be done exactly once on several servers is refused, with the reason, before all changes."""

import pytest

from support.adapters.shards import ACCOUNTS

SPEC = """
name: account
fields: {id: bigint, credits: integer, closed: boolean, region: integer}
patterns:
  - name: batch_operations
    operation: change
"""


def refused(dbt, shards, operation="add_credit"):
    result = dbt.run_operation(operation, check=False)
    assert result.exit_code == 1, str(result)
    assert "Traceback" not in result.output
    assert shards.credits() == [(0, ACCOUNTS)]
    return result.output


UPDATE_OF_THE_PARTITION_KEY = """
    operation_type: update
    update_data: {region: {sql: region + 1}}
"""
INSERT = """
    operation_type: insert
    insert_data: {id: ':r.id', credits: 0, closed: false}
    data_source: :r
"""
UPSERT = """
    operation_type: upsert
    upsert_data: {id: ':r.id', credits: 0, closed: false}
    conflict_target: [id]
    data_source: :r
"""
ALL_OR_NOTHING = """
    operation_type: delete
    where_condition: closed
    error_handling: rollback_on_any_error
"""


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        (UPDATE_OF_THE_PARTITION_KEY, "sets region, by which account is partitioned: rows do not move"),
        (INSERT, "a batch of rows to insert would belong to several of them"),
        (UPSERT, "ON CONFLICT DO UPDATE is not done through a foreign table"),
        (ALL_OR_NOTHING, "error_handling rollback_on_any_error cannot be kept there"),
    ],
    ids=["moves rows", "inserts", "upserts", "is one transaction"],
)
def test_an_operation_is_refused_that(project, dbt, database, shards, operation, problem):
    if "region" in operation:
        database.execute(
            "alter table account add column region integer; alter table account detach partition account_1;"
            "create table by_region partition of account for values with (modulus 2, remainder 1) "
            "partition by list (region)"
        )
    project.write("batch_operations/change.yml", SPEC + operation)
    project.generate()
    arguments = {"r": [{"id": 1}]} if ":r" in operation else None
    result = dbt.run_operation("change", arguments, check=False)
    assert result.exit_code == 1
    assert problem in result.output
    assert shards.credits() == [(0, ACCOUNTS)]


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (
            "alter database test set synchronous_commit = off",
            "server shard_0 commits asynchronously, so that a crash could lose rows",
        ),
        (
            "alter table account_0 drop constraint account_0_pkey",
            "no unique index of public.account_0 on server shard_0 is on exactly (id), in this order",
        ),
        (
            "alter table account_0 add constraint late unique (credits, id) deferrable initially deferred",
            "public.account_0 on server shard_0 has a deferred constraint (late)",
        ),
        (
            "alter table account_0 drop constraint account_0_pkey, add unique (credits, id)",
            "NOT NULL: its unique keys are [[credits, id]]",
        ),
        ("drop table account_0", "server shard_0 has no table public.account_0, which account_0 stands for"),
    ],
)
def test_a_server_is_refused_with(dbt, shards, harm, problem):
    shards.databases[0].execute(harm)
    if harm.startswith("drop"):
        result = dbt.run_operation("add_credit", check=False)
        assert problem in result.output
    else:
        assert problem in refused(dbt, shards)


def test_a_server_without_markers_is_refused_with_the_command_that_makes_them(dbt, database, shards):
    table = database.value("select batch_ops.shard_table('shard_1', 'applied')")
    database.execute(f"drop foreign table batch_ops.{table}")
    said = refused(dbt, shards)
    assert "server shard_1 keeps no markers of batches yet" in said
    assert "dbt run-operation dbt_batch_ops.install --args '{servers: [shard_1]}'" in said
    dbt.run_operation("dbt_batch_ops.install", {"servers": ["shard_1"]})
    dbt.run_operation("add_credit")
    assert shards.credits() == [(1, ACCOUNTS)]


def test_a_server_that_cannot_be_reached_is_named(dbt, database, shards):
    database.execute("alter server shard_1 options (set port '1')")
    result = dbt.run_operation("add_credit", check=False)
    assert result.exit_code == 1
    assert "server shard_1, for account_1: could not connect to server" in result.output


def test_a_partition_behind_another_wrapper_is_refused(dbt, database, shards):
    database.execute(
        "create foreign data wrapper elsewhere; create server far foreign data wrapper elsewhere;"
        "alter table account detach partition account_1;"
        "create foreign table account_far partition of account "
        "for values with (modulus 2, remainder 1) server far"
    )
    result = dbt.run_operation("add_credit", check=False)
    assert "account_far is behind the foreign data wrapper elsewhere" in result.output


def test_rows_that_failed_on_a_server_are_not_tried_again_one_by_one(dbt, database, shards):
    for number, shard in enumerate(shards.databases):
        shard.execute(f"alter table account_{number} add constraint unlucky check (credits = 0 or id <> 7)")
    dbt.run_operation("add_credit_where_possible")
    operation_id = database.value("select operation_id::text from batch_ops.runs")
    result = dbt.run_operation("dbt_batch_ops.retry_failed", {"operation_id": operation_id}, check=False)
    assert result.exit_code == 1
    assert (
        "rows failed on other servers, which keep markers of batches and not of single rows" in result.output
    )
    assert shards.credits() == [(0, 1), (1, ACCOUNTS - 1)]


def test_an_operation_on_several_servers_is_not_deployed_as_a_function(dbt, shards):
    result = dbt.run_operation("dbt_batch_ops.deploy", {"operation": "add_credit"}, check=False)
    assert result.exit_code == 1
    assert "a function could not take all of it back with its caller" in result.output
