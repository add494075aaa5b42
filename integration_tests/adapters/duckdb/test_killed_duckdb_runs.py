"""SIGKILL at any moment: every row is changed once, and the ledger says what happened."""

import json
import time

import pytest

from support.adapters.duckdb import assert_ledger_agrees, create_accounts
from support.selection.matrices import some, turns


def arguments_of(project):
    operation_id = project.run_id()
    return {"operation_id": operation_id} if operation_id else None


@turns(2, of_each_run=1)
def test_a_run_killed_at_random_moments_until_it_is_done_changes_every_row_once(project, dbt, random, turn):
    create_accounts(project, 200_000)
    kills = 0
    while True:
        process = dbt.start_operation("add_one", arguments_of(project))
        # Any moment: opening, in a batch, between two. With each kill there is more time, so it ends.
        process.wait_for("Found ")
        deadline = time.monotonic() + random.uniform(0, 0.5 + kills * 0.1)
        while process.is_running and time.monotonic() < deadline:
            time.sleep(0.001)
        if not process.is_running:
            break
        process.kill()
        kills += 1
        assert_ledger_agrees(project)
    dbt.finish(process)
    assert kills > 2
    assert project.status == "completed"
    assert project.rows("select v, count(*) from account group by v") == [(1, 200_000)]
    assert project.value("select count(*) from batch_ops.batches where status = 'completed'") == 100
    assert_ledger_agrees(project)


def hold(dbt, completed, operation="add_one", args=None):
    """Start a run, and kill it right before the commit with so many batches completed in it."""
    given = ["--args", json.dumps(args)] if args else []
    process = dbt.start("run-operation", operation, *given, environment={"TEST_HOLD_COMMIT": str(completed)})
    process.wait_for("held before the commit")
    process.kill()


def test_killed_before_the_opening_is_committed_there_is_no_run(project, dbt):
    create_accounts(project, 200_000)
    hold(dbt, 0)
    assert project.value("select count(*) from batch_ops.run_events") == 0
    assert project.value("select count(*) from batch_ops.batch_events") == 0
    dbt.run_operation("add_one")
    assert project.rows("select v, count(*) from account group by v") == [(1, 200_000)]


@pytest.mark.parametrize("batch", some([1, 7, 100], "7"))
def test_killed_after_a_batchs_statement_and_before_its_commit_the_batch_is_done_once(project, dbt, batch):
    create_accounts(project, 200_000)
    hold(dbt, batch)
    assert project.value("select sum(v) from account") == (batch - 1) * 2000
    assert_ledger_agrees(project)
    output = dbt.run_operation("add_one", arguments_of(project)).output
    assert f"it was interrupted at batch {batch}, keys after" in output or batch == 1
    assert project.rows("select v, count(*) from account group by v") == [(1, 200_000)]
    assert_ledger_agrees(project)


def test_a_killed_run_is_interrupted_and_stands_in_the_way_of_a_new_one(project, dbt):
    create_accounts(project, 200_000)
    process = dbt.start_operation("add_one")
    process.wait_for(" rows/s")
    process.kill()
    assert project.status == "interrupted"
    refused = dbt.run_operation("add_one", check=False)
    assert refused.exit_code != 0
    assert f"run {project.run_id()} of it is unfinished (interrupted" in refused.output
    assert "dbt run-operation add_one --args" in refused.output
    table = dbt.run_operation("dbt_batch_ops.status").output
    assert "interrupted" in table
    resumed = dbt.run_operation("dbt_batch_ops.resume", {"operation_id": project.run_id()})
    assert "it was interrupted at batch" in resumed.output
    assert project.rows("select v, count(*) from account group by v") == [(1, 200_000)]
    assert project.value("select max(attempts) from batch_ops.batches") == 2


def test_a_second_command_at_once_is_told_that_the_file_is_locked(project, dbt):
    create_accounts(project, 200_000)
    first = dbt.start_operation("add_one")
    first.wait_for("rows to change")
    second = dbt.run_operation("add_one", check=False)
    assert second.exit_code != 0
    assert "Could not set lock on file" in second.output
    assert f"PID {first.pid}" in second.output
    dbt.finish(first)
    assert project.rows("select v, count(*) from account group by v") == [(1, 200_000)]


def test_a_batch_that_fails_stops_the_run_and_it_goes_on_after_the_cause_is_mended(project, dbt):
    project.execute(
        "create table account (id bigint, v integer check (v <= 1), name text, amount decimal(10, 2),"
        " seen_at timestamptz)",
        "insert into account select range, 0, 'n', 0, now() from range(1000)",
        "update account set v = 1 where id = 450",
    )
    failed = dbt.run_operation("add_one_or_go_on", check=False)
    assert failed.exit_code != 0
    assert "CHECK constraint failed" in failed.output
    assert f"operation_id: {project.run_id()}" in failed.output
    assert project.status == "interrupted"
    assert project.value("select sum(v) from account") == 401
    assert project.value("select processed_records from batch_ops.runs") == 400
    project.execute("update account set v = 0 where id = 450")
    resumed = dbt.run_operation("add_one_or_go_on")
    assert "it was interrupted at batch 5, keys after" in resumed.output
    assert project.rows("select v, count(*) from account group by v") == [(1, 1000)]
    assert_ledger_agrees(project)


def create_products(project, count):
    """A table for products, and a table with those that are given."""
    project.execute(
        "create table product (id bigint, sku varchar, name varchar, price decimal(10, 2), stock integer,"
        " tags varchar[], created_at timestamptz)",
        "create table offered as select range as id, 'sku ' || range as sku, 'n' as name, 1 as price,"
        f" ['t'] as tags from range({count})",
    )


OFFERED = {"products": {"query": "select * from offered"}}


def staged_tables(project):
    return project.value("select count(*) from duckdb_tables() where table_name like 'rows%'")


@turns(2, of_each_run=1)
def test_an_insert_killed_at_random_moments_until_it_is_done_inserts_every_row_once(
    project, dbt, random, turn
):
    create_products(project, 10_000)
    kills = 0
    while True:
        process = dbt.start_operation("import_products", arguments_of(project) or OFFERED)
        process.wait_for("Found ")
        deadline = time.monotonic() + random.uniform(0, 0.5 + kills * 0.1)
        while process.is_running and time.monotonic() < deadline:
            time.sleep(0.001)
        if not process.is_running:
            break
        process.kill()
        kills += 1
        inserted = project.value("select count(*) from product")
        if project.run_id() is not None:
            assert project.value("select processed_records from batch_ops.runs") == inserted
        is_unfinished = project.run_id() is not None and project.status != "completed"
        assert staged_tables(project) == int(is_unfinished)
    dbt.finish(process)
    assert kills > 2
    assert project.rows("select count(*), count(distinct id) from product") == [(10_000, 10_000)]
    assert project.value("select processed_records from batch_ops.runs") == 10_000
    assert staged_tables(project) == 0


@pytest.mark.parametrize("completed", some([0, 1, 3], "0", "3"))
def test_an_insert_killed_before_a_commit_goes_on_with_the_rows_it_was_opened_with(project, dbt, completed):
    create_products(project, 300)
    hold(dbt, completed, "import_products", OFFERED)
    assert project.value("select count(*) from product") == max(completed - 1, 0) * 100
    project.execute("insert into offered select 1000 + id, sku, name, price, tags from offered")
    if completed == 1:
        # Killed again where it went on: the rows are still those of the opening.
        hold(dbt, 2, "import_products", arguments_of(project))
    dbt.run_operation("import_products", arguments_of(project) or OFFERED)
    # Before the opening is committed there is no run, so the next one takes what is there then.
    expected = 600 if completed == 0 else 300
    assert project.rows("select count(*), count(distinct id) from product") == [(expected, expected)]
    assert staged_tables(project) == 0


@pytest.mark.parametrize("completed", some([0, 1, 2, 4], "0", "2"))
def test_a_run_over_what_an_earlier_step_has_found_goes_on_with_just_that(project, dbt, completed):
    create_accounts(project, 2_000)
    hold(dbt, completed, "add_one_to_found")
    if completed:
        # Rows that would be found now, and were not then.
        project.execute("insert into account select id + 10000, 0, name, amount, seen_at from account")
    dbt.run_operation("add_one_to_found", arguments_of(project))
    found = project.rows(
        "select mod(id, 2), v, count(*) from account where id < 10000 group by all order by all"
    )
    assert found == [(0, 1, 950), (1, 0, 1000)]
    assert project.value("select count(*) from account where id >= 10000 and v <> 0") == 0
    steps = "select step_number, sum(records) from batch_ops.batches group by 1 order by 1"
    assert project.rows(steps) == [(1, 1000), (2, 1000), (3, 50)]
    assert project.value("select count(*) from duckdb_tables() where table_name like 'output%'") == 0
