"""Runs on a table whose partitions are on several servers."""

from contextlib import ExitStack

import pytest

from support.adapters.shards import ACCOUNTS
from support.database.sessions import wait_for_row_lock, wait_until_gone
from support.engine.account_runs import Run

# Counts statements and not rows; a sequence is outside of transactions.
STOCK = """
name: stock
key: [site, item]
fields: {site: integer, item: integer, amount: integer}
patterns:
  - {name: batch_operations, operation: count_stock, operation_type: update,
     update_data: {amount: {sql: amount + 1}}, batch_size: 600}
"""
COUNTED = """
create sequence statements minvalue 0;
select nextval('statements');
create function count_statement() returns trigger language plpgsql as $$
begin perform nextval('public.statements'); return null; end $$;
create trigger count_statement before update or delete on account_{number}
for each statement execute function count_statement();
"""


def counted_statements(shards):
    return [database.value("select last_value from statements") for database in shards.databases]


@pytest.fixture
def counting(shards):
    for number, database in enumerate(shards.databases):
        database.execute(COUNTED.format(number=number))
    return shards


def test_a_run_changes_every_row_of_every_server_once(dbt, database, shards):
    output = dbt.run_operation("add_credit").output
    shards.assert_exactly_once(Run.newest(database))
    assert "step 1 of 2, add_credit on public.account_0: about 6,0" in output
    assert "one by one" not in output


def test_several_workers_change_every_row_once(dbt, database, shards):
    dbt.run_operation("add_credit_in_parallel")
    run = Run.newest(database)
    shards.assert_exactly_once(run)
    workers = database.rows(
        "select step_number, count(distinct worker_id) from batch_ops.batches group by 1 order by 1"
    )
    assert [step for step, _ in workers] == [1, 2]


def test_workers_work_on_different_servers_at_once(run, start_worker, shards):
    with ExitStack() as gates:
        for number, database in enumerate(shards.databases):
            session = gates.enter_context(database.session(autocommit=False))
            session.cursor().execute(f"select from account_{number} for update")
        workers = [start_worker(run) for _ in shards.databases]
        for database in shards.databases:
            wait_for_row_lock(database)
    for worker in workers:
        worker.wait()
    shards.assert_exactly_once(run)


@pytest.mark.parametrize("operation", ["add_credit", "delete_closed"])
def test_a_batch_is_one_statement_on_its_server(dbt, database, counting, operation):
    dbt.run_operation(operation)
    batches = database.rows(
        "select count(*) from batch_ops.batches group by step_number order by step_number"
    )
    assert counted_statements(counting) == [count for (count,) in batches]


def test_listed_rows_are_found_on_each_server_by_one_statement_a_batch(dbt, database, counting):
    ids = list(range(1, 2001))
    dbt.run_operation("add_credit_to_listed", {"ids": ids})
    assert counting.credits() == [(0, ACCOUNTS - 2000), (1, 2000)]
    assert sum(counted_statements(counting)) == database.value("select count(*) from batch_ops.batches")


def test_a_statement_that_the_server_cannot_compute_is_done_row_by_row_and_says_so(
    dbt, database, counting, project
):
    spec = (project.folder / "batch_operations/account.yml").read_text()
    project.write(
        "batch_operations/account.yml",
        spec.replace("where_condition: closed", "where_condition: closed and now() > '2001-01-01'"),
    )
    project.generate()
    output = dbt.run_operation("delete_closed").output
    assert "its rows are fetched and written back one by one" in output
    assert counting.credits() == [(0, ACCOUNTS - ACCOUNTS // 3)]
    assert sum(counted_statements(counting)) == ACCOUNTS // 3


# Rows that scans have met, in the table or in an index alone.
READS = """
select (select sum(seq_tup_read) from pg_stat_user_tables where relname like %(table)s)::bigint
    + (select sum(idx_tup_read) from pg_stat_user_indexes where relname like %(table)s)::bigint
"""


def rows_read(shards, table):
    for database in shards.databases:
        database.execute("select pg_stat_force_next_flush()")
    return sum(database.value(READS, {"table": table}) for database in shards.databases)


def test_keys_with_gaps_are_read_a_few_times_and_not_from_each_batch_to_the_end(dbt, database, shards):
    for number, shard in enumerate(shards.databases):
        shard.execute(f"delete from account_{number} where mod(id, 2) > 0")
        shard.execute(f"vacuum analyze account_{number}")
    before = rows_read(shards, "account%")
    dbt.run_operation("add_credit")
    ((value, rows),) = shards.credits()
    assert (value, rows) == (1, ACCOUNTS // 2)
    wait_until_gone(database, database.value("select pid from batch_ops.workers"))
    assert rows_read(shards, "account%") - before <= 4 * rows


def test_keys_of_several_columns_are_not_fetched_to_be_compared_here(project, dbt, database, shards):
    database.execute(
        "create table stock (site integer not null, item integer not null, amount integer not null) "
        "partition by hash (item)"
    )
    for number, shard in enumerate(shards.databases):
        shard.execute(
            f"create table stock_{number} (site integer, item integer, amount integer not null, "
            "primary key (site, item))"
        )
        database.execute(
            f"create foreign table stock_{number} partition of stock "
            f"for values with (modulus 2, remainder {number}) server shard_{number}"
        )
    database.execute("insert into stock select mod(n, 3), n, 0 from generate_series(1, 30000) as n")
    for number, shard in enumerate(shards.databases):
        shard.execute(f"vacuum analyze stock_{number}")
    project.write("batch_operations/stock.yml", STOCK)
    project.generate()
    before = rows_read(shards, "stock%")
    output = dbt.run_operation("count_stock").output
    assert "one by one" not in output
    assert database.rows("select amount, count(*) from stock group by 1") == [(1, 30000)]
    wait_until_gone(database, database.value("select pid from batch_ops.workers"))
    assert rows_read(shards, "stock%") - before <= 10 * 30000


def test_deleted_rows_are_counted_from_the_servers(dbt, database, shards):
    dbt.run_operation("delete_closed")
    assert shards.credits() == [(0, ACCOUNTS - ACCOUNTS // 3)]
    assert sum(rows for *_, rows in shards.markers(Run.newest(database))) == ACCOUNTS // 3
