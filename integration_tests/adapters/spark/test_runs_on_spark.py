"""What a run of the portable loop does and says, on Spark."""

from decimal import Decimal

import pytest

from support.adapters.spark import ACCOUNTS, assert_exactly_once, hold, records_of
from support.commands.dbt import failing

AWKWARD = "it's \\ \"quoted\" {{ jinja }} -- ; 'x' \\' é 漢 %s\n`b`"


def test_a_run_changes_every_row_once_and_says_so(project, dbt, account):
    output = dbt.run_operation("add_one").output
    assert "4,000 rows to change, in batches of 500" in output
    assert "on spark the first batch that fails stops the run" in output
    assert "completed: 4,000 rows in 8 batches" in output
    assert_exactly_once(project, account)


def values(account, column):
    return {row[column] for row in account.rows()}


def changed(account):
    return sorted(row["id"] for row in account.rows() if row["v"] == 1)


def test_any_text_reaches_the_table_as_it_is(project, dbt, account):
    dbt.run_operation("rename", {"new_name": AWKWARD, "amount": 1})
    assert values(account, "name") == {AWKWARD}


def test_a_parameter_is_rounded_by_its_column_only_and_the_runs_time_is_one_moment(project, dbt, account):
    dbt.run_operation("rename", {"new_name": "n", "amount": "1234567.12"})
    assert values(account, "amount") == {Decimal("1234567.12")}
    (moment,) = values(account, "seen_at")
    assert moment.year > 2020


def test_all_wrong_arguments_are_told_at_once(project, dbt, account):
    output = failing(dbt, "rename", {"wrong": 1})
    for problem in ("unknown argument wrong", "parameter new_name"):
        assert problem in output
    output = failing(dbt, "rename", {"new_name": "n", "amount": 1, "least": "many"})
    assert 'parameter least: "many" is no bigint' in output
    assert project.run_id() is None


def test_a_list_changes_the_listed_rows_and_an_empty_one_none(project, dbt, account):
    dbt.run_operation("add_one_to_listed", {"ids": [3, 5, 99, 10_000]})
    assert changed(account) == [3, 5, 99]
    dbt.run_operation("add_one_to_listed", {"ids": []})
    assert changed(account) == [3, 5, 99]


def test_rows_are_deleted(project, dbt, account):
    output = dbt.run_operation("remove").output
    assert "completed: 2,000 rows in 2 batches" in output
    assert sorted(values(account, "id")) == list(range(1, ACCOUNTS, 2))


def test_a_dry_run_tells_and_changes_nothing(project, dbt, account):
    before = account.version
    output = dbt.run_operation("add_one", {"dry_run": True}).output
    assert "rows to change   4,000" in output
    assert "batches          8, of at most 500 rows" in output
    assert "`id` <= cast('499' as bigint)" in output
    assert account.version == before
    assert not (project.tables / "ledger").exists()


def test_more_rows_than_max_records_are_refused(project, dbt, account):
    assert "more than max_records = 50 rows match" in failing(dbt, "add_one_to_few")
    assert changed(account) == []


def test_a_plan_changes_nothing_until_it_is_confirmed(project, dbt, account):
    output = dbt.run_operation("add_one_confirmed").output
    assert "4,000 rows to change, in batches of 2,000 (2 batches)" in output
    assert (project.status, changed(account)) == ("planned", [])
    dbt.run_operation("add_one_confirmed", {"confirm": project.run_id()})
    assert_exactly_once(project, account)


def test_a_precondition_that_does_not_hold_refuses_the_run(project, dbt, account):
    assert "COUNT(*) < 100" in failing(dbt, "add_one_if_few")
    assert changed(account) == []


def test_an_idempotency_key_is_done_once(project, dbt, account):
    for _ in range(2):
        output = dbt.run_operation("add_one", {"idempotency_key": "November"}).output
    assert "which is not done again" in output
    assert_exactly_once(project, account)


def test_steps_are_done_in_their_order_each_with_what_it_finds_when_it_begins(project, dbt, account):
    output = dbt.run_operation("two_steps").output
    assert "second  delete" in output
    assert sorted(values(account, "id")) == list(range(50, ACCOUNTS))
    assert values(account, "v") == {1}
    assert {key[1:]: records for key, records in records_of(project).items()} == {
        **{(1, number): 1000 for number in range(1, 5)},
        (2, 1): 20,
        (2, 2): 20,
        (2, 3): 10,
    }


def test_composite_ranges_tile(project, dbt, client):
    entry = client.make_table(
        "entry",
        project.tables / "entry",
        "select concat('r', id % 5) as region, id % 11 as number,"
        " date_add(date '2024-01-01', cast(id as int)) as day, cast(0 as int) as v from range(500)",
    )
    dbt.run_operation("add_one_to_entries")
    assert {row["v"] for row in entry.rows()} == {1}
    assert sorted(records_of(project).values()) == [50, 150, 150, 150]


def test_a_batch_that_fails_stops_the_run_and_it_goes_on_after_the_cause_is_mended(
    project, dbt, account, client
):
    client.run("alter table account set tblproperties ('delta.appendOnly' = 'true')")
    failed = failing(dbt, "add_one")
    assert f"operation_id: {project.run_id()}" in failed
    assert changed(account) == []
    client.run("alter table account set tblproperties ('delta.appendOnly' = 'false')")
    dbt.run_operation("add_one", project.arguments)
    assert_exactly_once(project, account)


def test_a_run_can_be_looked_at_paused_and_cancelled_from_elsewhere(project, dbt, account):
    hold(project, "add_one", "after 2").kill()
    assert project.run_id() in dbt.run_operation("dbt_batch_ops.status").output
    dbt.run_operation("dbt_batch_ops.pause", project.arguments)
    assert project.status == "paused"
    dbt.run_operation("dbt_batch_ops.resume", project.arguments)
    assert_exactly_once(project, account)


def test_an_abandoned_run_stands_in_the_way_of_another_until_it_is_cancelled(project, dbt, account):
    hold(project, "add_one", "before 2").kill()
    refused = failing(dbt, "add_one")
    assert f"run {project.run_id()} of it is unfinished" in refused
    dbt.run_operation("dbt_batch_ops.cancel", project.arguments)
    assert project.status == "cancelled"
    assert "was cancelled" in failing(dbt, "add_one", project.arguments)
    assert len(changed(account)) == 500


def test_a_table_whose_place_is_not_known_is_refused_with_what_to_write(project, dbt, account):
    result = dbt.run(
        "run-operation", "add_one", "--vars", "{batch_ops_locations: {other: /nowhere}}", check=False
    )
    assert "It is not known where table default.account is" in result.output
    assert "vars: {batch_ops_locations: {account: /data/account}}" in result.output


def test_a_folder_without_a_delta_table_is_refused(project, dbt):
    output = failing(dbt, "add_one")
    assert f"There is no Delta table in {project.tables / 'account'}" in output


def test_without_a_place_for_the_ledger_nothing_is_started(project, dbt, account):
    result = dbt.run("run-operation", "add_one", "--vars", "{batch_ops_location: null}", check=False)
    assert "There is no place for the ledger" in result.output
    assert changed(account) == []


def test_install_and_status_work_before_there_is_a_run(project, dbt):
    assert "There is no run yet" in dbt.run_operation("dbt_batch_ops.status").output
    assert "is installed in schema batch_ops" in dbt.run_operation("dbt_batch_ops.install").output
    assert "was installed in schema batch_ops already" in dbt.run_operation("dbt_batch_ops.install").output


@pytest.mark.parametrize(
    ("macro", "args"),
    [("locks", None), ("purge", {"keep": 1}), ("deploy", {"operation": "add_one"})],
)
def test_a_macro_that_only_postgresql_has_says_so(project, dbt, macro, args):
    output = failing(dbt, f"dbt_batch_ops.{macro}", args)
    assert f"dbt_batch_ops.{macro} is for PostgreSQL only, and this target is of type spark" in output


def test_what_the_spec_redacts_is_not_in_the_ledger_and_a_run_goes_on_with_it(project, dbt, account):
    planned = dbt.run_operation("rename_secretly", {"new_name": "s3cret"}).output
    dbt.run_operation("rename_secretly", {"confirm": project.run_id()})
    assert values(account, "name") == {"s3cret"}
    assert "s3cret" not in planned
    assert "s3cret" not in str(project.events("run_events"))
