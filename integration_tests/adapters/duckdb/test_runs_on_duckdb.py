"""What a run of the portable loop does and says, on DuckDB."""

from contextlib import contextmanager

import pytest

from support.adapters.duckdb import assert_ledger_agrees, create_accounts
from support.commands.dbt import failing

AWKWARD = "it's \\ \"quoted\" {{ jinja }} -- ; 'x' \\' é 漢"


@contextmanager
def edited(project, operation, before, after):
    """Change a generated macro for a while."""
    file = project.folder / f"macros/batch_ops/{operation}.sql"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
    try:
        yield
    finally:
        file.write_text(text)


def test_a_run_changes_every_row_and_says_so(project, dbt):
    create_accounts(project, 10_001)
    output = dbt.run_operation("add_one").output
    assert "10,001 rows to change, in batches of 2,000" in output
    assert "on duckdb the first batch that fails stops the run" in output
    assert "completed: 10,001 rows in 6 batches" in output
    assert project.rows("select v, count(*) from account group by v") == [(1, 10_001)]
    assert_ledger_agrees(project)


def test_nothing_to_do_is_a_completed_run(project, dbt):
    create_accounts(project, 0)
    assert "completed: 0 rows in 0 batches" in dbt.run_operation("add_one").output
    assert project.status == "completed"


def test_any_text_reaches_the_table_as_it_is(project, dbt):
    create_accounts(project, 10)
    dbt.run_operation("rename", {"new_name": AWKWARD, "amount": 1})
    assert project.rows("select distinct name from account") == [(AWKWARD,)]


def test_a_parameter_of_a_column_is_rounded_by_the_column_only(project, dbt):
    create_accounts(project, 10)
    dbt.run_operation("rename", {"new_name": "n", "amount": "1234567.12"})
    assert project.value("select distinct cast(amount as text) from account") == "1234567.12"


def test_the_time_of_the_run_is_the_same_in_every_batch_also_after_a_failure(project, dbt):
    project.execute(
        "create table account (id bigint, v integer, name text, amount decimal(10, 2), seen_at timestamptz,"
        " check (id <> 450 or name <> 'new' or v = 1))",
        "insert into account select range, 0, 'n', 0, now() from range(1000)",
    )
    failing(dbt, "rename", {"new_name": "new", "amount": 0})
    project.execute("update account set v = 1 where id = 450")
    dbt.run_operation("rename", {"operation_id": project.run_id()})
    assert project.value("select count(distinct seen_at) from account") == 1


def test_all_wrong_arguments_are_told_at_once(project, dbt):
    create_accounts(project, 10)
    output = failing(dbt, "rename", {"wrong": 1, "least": "x"})
    for problem in ("unknown argument wrong", "parameter new_name", "is missing"):
        assert problem in output
    output = failing(dbt, "rename", {"new_name": "n", "amount": 1, "least": "many"})
    assert 'parameter least: "many" is no BIGINT' in output
    assert project.run_id() is None


def test_a_list_changes_the_listed_rows_and_an_empty_one_none(project, dbt):
    create_accounts(project, 100)
    dbt.run_operation("add_one_to_listed", {"ids": [3, 5, 99, 1000]})
    assert project.rows("select id from account where v = 1 order by id") == [(3,), (5,), (99,)]
    dbt.run_operation("add_one_to_listed", {"ids": []})
    assert project.value("select sum(v) from account") == 3


def test_a_dry_run_tells_and_changes_nothing(project, dbt):
    create_accounts(project, 1000)
    output = dbt.run_operation("add_one_or_go_on", {"dry_run": True}).output
    assert "rows to change   1,000" in output
    assert "batches          10, of at most 100 rows" in output
    assert "\"id\" <= cast('99' as BIGINT)" in output
    assert project.run_id() is None
    assert project.value("select sum(v) from account") == 0
    assert project.value("select count(*) from duckdb_schemas() where schema_name = 'batch_ops'") == 0


def test_more_rows_than_max_records_are_refused(project, dbt):
    create_accounts(project, 51)
    assert "more than max_records = 50 rows match" in failing(dbt, "add_one_to_few")
    assert project.value("select sum(v) from account") == 0


def test_a_capped_run_takes_the_first_rows_only(project, dbt):
    create_accounts(project, 100)
    output = dbt.run_operation("add_one_to_the_first").output
    assert "stopped at max_records = 50; more rows match" in output
    assert project.rows("select min(id), max(id), count(*) from account where v = 1") == [(0, 49, 50)]


def test_a_run_that_reaches_its_timeout_stops_and_goes_on(project, dbt):
    # In a second there is time for one batch on any machine, and on none for 600.
    create_accounts(project, 600)
    assert "reached its timeout" in failing(dbt, "add_one_in_time")
    assert project.status == "timed_out"
    assert 0 < project.value("select sum(v) from account") < 600
    assert_ledger_agrees(project)
    with edited(project, "add_one_in_time", '"timeout_seconds": 1,', '"timeout_seconds": none,'):
        dbt.run_operation("add_one_in_time", {"operation_id": project.run_id()})
    assert project.rows("select v, count(*) from account group by v") == [(1, 600)]


def test_a_plan_changes_nothing_until_it_is_confirmed(project, dbt):
    create_accounts(project, 250)
    output = dbt.run_operation("add_one_confirmed").output
    assert "250 rows to change, in batches of 100 (3 batches)" in output
    assert project.status == "planned"
    assert project.value("select sum(v) from account") == 0
    plan = project.run_id()
    dbt.run_operation("add_one_confirmed", {"confirm": plan})
    assert project.rows("select v, count(*) from account group by v") == [(1, 250)]
    assert "was confirmed already" in failing(dbt, "add_one_confirmed", {"confirm": plan})


def test_a_plan_is_refused_when_more_rows_match_than_it_showed(project, dbt):
    create_accounts(project, 250)
    dbt.run_operation("add_one_confirmed")
    project.execute("insert into account select 1000, 0, 'late', 0, now()")
    output = failing(dbt, "add_one_confirmed", {"confirm": project.run_id()})
    assert "more rows match now than the 250" in output


def test_a_precondition_that_does_not_hold_refuses_the_run(project, dbt):
    create_accounts(project, 100)
    assert "COUNT(*) < 100" in failing(dbt, "add_one_if_few")
    project.execute("delete from account where id = 1")
    dbt.run_operation("add_one_if_few")
    assert project.value("select sum(v) from account") == 99


def test_an_idempotency_key_is_done_once(project, dbt):
    create_accounts(project, 100)
    for _ in range(2):
        output = dbt.run_operation("add_one", {"idempotency_key": "November"}).output
    assert "which is not done again" in output
    assert project.value("select sum(v) from account") == 100


def test_steps_are_done_in_their_order_each_with_what_it_finds_when_it_begins(project, dbt):
    create_accounts(project, 250)
    output = dbt.run_operation("two_steps").output
    assert project.value("select count(*) from account") == 200
    assert project.rows("select v, count(*) from account group by v") == [(1, 200)]
    assert "second  delete" in output
    assert project.rows(
        "select step_number, count(*), sum(records) from batch_ops.batches group by 1 order by 1"
    ) == [(1, 3, 250), (2, 3, 50)]


def test_composite_ranges_tile(project, dbt):
    project.execute(
        "create table entry as select 'r' || (range % 5) as region, range % 11 as number,"
        " cast('2024-01-01' as date) + cast(range as integer) as day, 0 as v from range(500)"
    )
    dbt.run_operation("add_one_to_entries")
    assert project.rows("select v, count(*) from entry group by v") == [(1, 500)]
    sizes = project.rows("select records, count(*) from batch_ops.batches group by records order by records")
    assert sizes == [(3, 1), (7, 71)]


def test_a_key_with_repeated_values_is_refused_with_their_number(project, dbt):
    project.execute("create table thing as select range % 90 as id, 'c' as code, 0 as v from range(100)")
    assert "10 values of the key (id)" in failing(dbt, "add_one_to_things")
    project.execute("update thing set id = null where id < 3")
    output = failing(dbt, "add_one_to_things")
    assert "6 rows of" in output
    assert "without a key (id)" in output


def test_the_primary_key_is_walked_where_the_spec_names_none(project, dbt):
    project.execute(
        "create table thing (id bigint, code text primary key, v integer)",
        "insert into thing select 1, 'c' || range, 0 from range(100)",
    )
    output = dbt.run_operation("add_one_to_things", {"dry_run": True}).output
    assert "walk             along the key (code)" in output
    dbt.run_operation("add_one_to_things")
    assert project.rows("select v, count(*) from thing group by v") == [(1, 100)]


def test_a_table_that_is_not_there_or_a_view_is_refused(project, dbt):
    project.execute("create table unrelated (id integer)")
    assert "there is no table" in failing(dbt, "add_one")
    project.execute("create view account as select 1 as id, 0 as v")
    assert "is not a table" in failing(dbt, "add_one")


@pytest.mark.parametrize(
    ("macro", "args"),
    [
        ("locks", None),
        ("check_workers", None),
        ("purge", {"keep": 1}),
        ("deploy", {"operation": "add_one"}),
        ("retry_failed", {"operation_id": "8b0c6f0e-5f0e-4c55-9a3c-7a3b1f0c2d11"}),
        ("open_export", {"operation": "export_accounts"}),
    ],
)
def test_a_macro_that_only_postgresql_has_says_so(project, dbt, macro, args):
    output = failing(dbt, f"dbt_batch_ops.{macro}", args)
    assert f"dbt_batch_ops.{macro} is for PostgreSQL only, and this target is of type duckdb" in output


def test_a_definition_for_another_engine_is_refused_with_what_to_type(project, dbt):
    create_accounts(project, 10)
    with edited(project, "add_one", '"engine": "duckdb",', ""):
        output = failing(dbt, "add_one")
    assert "add_one was generated for postgres, and this target is of type duckdb" in output
    assert "batch_ops_engine: duckdb" in output


def test_a_database_in_memory_is_refused(project, dbt):
    result = dbt.run("run-operation", "add_one", "--target", "memory", check=False)
    assert "is in memory and ends with this command" in result.output


def test_an_abandoned_run_is_cancelled_and_another_can_start(project, dbt):
    create_accounts(project, 300)
    with edited(project, "add_one_in_time", '"timeout_seconds": 1,', '"timeout_seconds": 0.3,'):
        failing(dbt, "add_one_in_time")
    operation_id = project.run_id()
    assert "nobody works on it" in failing(dbt, "dbt_batch_ops.pause", {"operation_id": operation_id})
    dbt.run_operation("dbt_batch_ops.cancel", {"operation_id": operation_id})
    assert project.status == "cancelled"
    assert "was cancelled" in failing(dbt, "add_one_in_time", {"operation_id": operation_id})


def test_a_resume_with_other_parameters_or_another_spec_is_refused(project, dbt):
    create_accounts(project, 1000)
    project.execute("alter table account alter amount set data type decimal(3, 2)")
    failing(dbt, "rename", {"new_name": "n", "amount": 100})
    operation_id = project.run_id()
    output = failing(dbt, "rename", {"operation_id": operation_id, "new_name": "other"})
    assert "was opened with other parameters" in output
    with edited(project, "rename", '"spec_hash": "', '"spec_hash": "0'):
        output = failing(dbt, "rename", {"operation_id": operation_id})
    assert "was opened with spec" in output


def test_a_condition_is_looked_at_again_when_its_batch_is_done(project, dbt):
    create_accounts(project, 250)
    dbt.run_operation("add_one_confirmed")
    project.execute("update account set v = 5 where id < 30")
    dbt.run_operation("add_one_confirmed", {"confirm": project.run_id()})
    assert project.rows("select v, count(*) from account group by v order by v") == [(1, 220), (5, 30)]


def test_what_the_spec_redacts_is_neither_shown_nor_kept_when_the_run_is_over(project, dbt):
    create_accounts(project, 100)
    secret = "s3cret"
    wrong = failing(dbt, "rename_secretly", {"new_name": [secret]})
    shown = dbt.run_operation("rename_secretly", {"new_name": secret, "dry_run": True}).output
    planned = dbt.run_operation("rename_secretly", {"new_name": secret}).output
    plan = project.run_id()
    other = failing(dbt, "rename_secretly", {"confirm": plan, "new_name": "another"})
    assert "was made with other parameters" in other
    confirmed = dbt.run_operation("rename_secretly", {"confirm": plan, "new_name": secret}).output
    assert project.value("select count(*) from account where name = 's3cret'") == 100
    for output in (wrong, shown, planned, other, confirmed):
        assert secret not in output.split("\n", 1)[1]
    assert "name = :new_name" in planned
    kept = str(project.rows("from batch_ops.run_events")) + str(project.rows("from batch_ops.batch_events"))
    assert secret not in kept
    assert project.value("select count(*) from duckdb_tables() where table_name like 'withheld%'") == 0


def test_install_and_status_work_before_there_is_a_run(project, dbt):
    assert "There is no run yet" in dbt.run_operation("dbt_batch_ops.status").output
    assert "is installed in schema batch_ops" in dbt.run_operation("dbt_batch_ops.install").output
    assert "was installed in schema batch_ops already" in dbt.run_operation("dbt_batch_ops.install").output


def test_models_of_a_project_on_duckdb_build_beside_the_package(project, dbt):
    file = project.write("models/numbers.sql", "select 1 as n")
    try:
        built = dbt.run("build")
        dbt.run("docs", "generate", "--empty-catalog")
    finally:
        file.unlink()
    assert "ERROR=0" in built.output


def test_a_ledger_of_an_earlier_version_gets_what_it_does_not_have(project, dbt):
    create_accounts(project, 10)
    dbt.run_operation("add_one")
    project.execute("drop table batch_ops.errors", "update batch_ops.installation set version = 1")
    dbt.run_operation("add_one_or_go_on")
    assert project.rows("select max(version) from batch_ops.installation") == [(2,)]
    assert project.rows("from batch_ops.errors") == []
    assert project.value("select count(*) from batch_ops.runs") == 2
