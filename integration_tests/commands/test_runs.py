"""Runs as a person meets them: tried out, started twice, resumed, cancelled, timed out and listed."""

import pytest

from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.statements import work
from support.tables.items import create_items, touched
from support.tables.users import create_users


class TestDryRun:
    def test_it_says_what_would_be_done_and_does_not_even_install_the_ledger(self, dbt, empty_database):
        create_users(empty_database, 500)
        args = {"user_ids": list(range(1, 251)), "new_status": "it's {{ new }}", "dry_run": True}
        said = dbt.run_operation("set_status_of_users", args).lines
        assert "set_status_of_users, dry run: nothing was changed" in said
        assert "  rows to change   250" in said
        assert "  batches          3, of at most 100 rows" in said
        assert 'update "test"."public"."user"' in said
        assert "  walk             staged keys (id)" in said
        assert """  new_status       "it's {{ new }}\"""" in said
        assert empty_database.value("""select count(*) from "user" where status like 'it%%'""") == 0
        assert empty_database.value("select to_regnamespace('batch_ops') is null")

    def test_it_counts_only_rows_that_match_and_leaves_no_trace_in_the_ledger(self, dbt, database):
        create_items(database, 5_000)
        before = ledger.contents(database)
        said = dbt.run_operation("touch_rare_items_by_range", {"dry_run": True}).lines
        assert "  rows to change   500" in said
        assert "  walk             along the key (id)" in said
        assert touched(database) == {0: 5_000}
        assert ledger.contents(database) == before

    def test_it_is_refused_where_the_run_would_be(self, dbt, database):
        create_items(database, 210)
        result = dbt.run_operation("touch_at_most_20_items", {"dry_run": True}, check=False)
        assert result.exit_code == 1
        assert "more than max_records = 20 rows match" in result.output


@pytest.fixture
def halfway(engine, database):
    """A run of 500 items that stands behind the first 112 of them and that no session works on."""
    create_items(database, 500)
    operation_id = engine.open("touch_items_by_7")["operation_id"]
    with database.session() as session:
        work(session, operation_id)
    assert touched(database) == {0: 388, 1: 112}
    return operation_id


def test_a_second_start_is_refused_with_the_run_to_resume_or_give_up(dbt, database, halfway):
    before = ledger.contents(database)
    result = dbt.run_operation("touch_items_by_7", check=False)
    assert result.exit_code == 1
    assert f"run {halfway} of it is unfinished (interrupted, 112 rows changed so far)" in result.output
    assert f"dbt run-operation touch_items_by_7 --args '{{operation_id: {halfway}}}'" in result.output
    assert f"dbt run-operation dbt_batch_ops.cancel --args '{{operation_id: {halfway}}}'" in result.output
    assert ledger.contents(database) == before


def test_a_run_goes_on_by_its_id_where_it_stood(dbt, database, halfway):
    result = dbt.run_operation("touch_items_by_7", {"operation_id": halfway})
    assert f"going on with run {halfway} after 112 rows in 16 batches" in result.output
    assert touched(database) == {1: 500}
    assert_adds_up(newest_run(database), 500)


def test_another_operation_on_the_same_table_may_start_meanwhile(dbt, database, halfway):
    dbt.run_operation("touch_rare_items_by_keys")
    assert newest_run(database).processed_records == 50


def test_another_operation_does_not_go_on_with_the_run(dbt, database, halfway):
    result = dbt.run_operation("touch_items_by_100", {"operation_id": halfway}, check=False)
    assert result.exit_code == 1
    assert f"run {halfway} is one of touch_items_by_7" in result.output
    assert touched(database) == {0: 388, 1: 112}


def test_a_cancelled_run_keeps_its_rows_and_a_new_one_may_start(dbt, database, halfway):
    result = dbt.run_operation("dbt_batch_ops.cancel", {"operation_id": halfway})
    assert "cancelled; 112 rows were changed and stay so" in result.output
    result = dbt.run_operation("touch_items_by_7", {"operation_id": halfway}, check=False)
    assert f"run {halfway} was cancelled; start a new one" in result.output
    dbt.run_operation("touch_items_by_7")
    assert touched(database) == {1: 388, 2: 112}


def test_on_duplicate_run_resume_goes_on_with_the_unfinished_run(engine, dbt, database):
    create_items(database, 500)
    operation_id = engine.open("resume_touching_items")["operation_id"]
    with database.session() as session:
        work(session, operation_id)
    dbt.run_operation("resume_touching_items")
    assert touched(database) == {1: 500}
    run = newest_run(database)
    assert run.operation_id == operation_id
    assert_adds_up(run, 500)


def test_a_run_that_is_resumed_may_be_given_its_own_arguments_again(engine, dbt, database):
    """Up-arrow, and the id at the end; also where one of them has a default."""
    columns = (
        "id integer primary key, text_value text, integer_value integer, texts_value text[], date_value date"
    )
    database.execute(f"create table typed ({columns}); insert into typed values (1)")
    operation_id = engine.open("set_typed_by_default", {"first_id": 1, "size": 8})["operation_id"]
    dbt.run_operation("set_typed_by_default", {"size": 8, "first_id": 1, "operation_id": operation_id})
    assert database.row("select text_value, integer_value from typed") == ("it's {{ default }}", 8)


def test_a_run_that_is_resumed_keeps_its_arguments(engine, dbt, database):
    create_items(database, 500)
    args = {"ids": list(range(1, 401)), "kind": "rare"}
    operation_id = engine.open("touch_listed_items_of_a_kind", args)["operation_id"]
    again = args | {"kind": "usual", "operation_id": operation_id}
    result = dbt.run_operation("touch_listed_items_of_a_kind", again, check=False)
    assert result.exit_code == 1
    assert f"run {operation_id} was opened with other parameters" in result.output
    dbt.run_operation("touch_listed_items_of_a_kind", {"operation_id": operation_id})
    assert touched(database) == {0: 460, 1: 40}


def test_an_unknown_id_is_no_run(dbt, database):
    create_items(database, 1)
    unknown = "00000000-0000-0000-0000-000000000000"
    result = dbt.run_operation("touch_items_by_7", {"operation_id": unknown}, check=False)
    assert result.exit_code == 1
    assert f"there is no run {unknown}" in result.output


def test_the_status_of_runs_is_a_table(dbt, database, halfway):
    dbt.run_operation("touch_rare_items_by_keys")
    lines = dbt.run_operation("dbt_batch_ops.status").lines
    head = next(n for n, line in enumerate(lines) if line.startswith("run "))
    columns = "run operation status rows of batches rows/s errors workers started"
    assert lines[head].split() == columns.split()
    first, second = (line.split() for line in lines[head + 1 : head + 3])
    assert first[:6] == [halfway, "touch_items_by_7", "interrupted", "112", "~500", "16"]
    assert second[1:6] == ["touch_rare_items_by_keys", "completed", "50", "50", "1"]
    lines = dbt.run_operation("dbt_batch_ops.status", {"operation_id": halfway}).lines
    assert [line.split()[1] for line in lines if line.startswith(halfway)] == ["touch_items_by_7"]
    assert not any("touch_rare_items_by_keys" in line for line in lines)
