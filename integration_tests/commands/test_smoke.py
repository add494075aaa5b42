"""The whole way once, on every supported dbt: spec, generated macro, run, ledger."""

import pytest

from support.tables.users import create_users


@pytest.fixture
def users(empty_database):
    create_users(empty_database, 2_345)
    return empty_database


def test_an_update_changes_the_listed_rows_and_is_in_the_ledger(dbt, users):
    ids = list(range(1, 251))
    dbt.run_operation("set_status_of_users", {"user_ids": ids, "new_status": 'it\'s "new"'})
    changed = users.rows("""select id from "user" where status = 'it''s "new"' order by id""")
    assert [key for (key,) in changed] == ids
    run = users.row("select operation, status from batch_ops.runs")
    assert run == ("set_status_of_users", "completed")


def test_a_condition_with_a_parameter_picks_its_rows(dbt, users):
    dbt.run_operation("deactivate_absent_users", "{before: 2023-01-01}")
    wrong = """select count(*) from "user" where (status = 'inactive')
               is distinct from (last_login_at < '2023-01-01' and status <> 'closed')"""
    assert users.value(wrong) == 0


def test_a_delete_removes_its_rows_and_no_other(dbt, users):
    dbt.run_operation("purge_closed_accounts")
    counts = users.row("""select count(*), count(*) filter (where status = 'closed') from "user" """)
    assert counts == (2_111, 0)


def test_a_dry_run_changes_nothing(dbt, users):
    result = dbt.run_operation("grant_credit", {"dry_run": True})
    assert users.value('select sum(credits) from "user"') == sum(n % 7 for n in range(1, 2_346))
    assert "2,345" in result.output


def test_a_finished_run_is_not_repeated_by_its_id(dbt, users):
    dbt.run_operation("grant_credit")
    run = users.value("select operation_id::text from batch_ops.runs")
    dbt.run_operation("grant_credit", {"operation_id": run}, check=False)
    assert users.value('select sum(credits) from "user"') == sum(n % 7 + 1 for n in range(1, 2_346))


def test_the_status_of_runs_is_shown(dbt, users):
    dbt.run_operation("grant_credit")
    assert "grant_credit" in dbt.run_operation("dbt_batch_ops.status").output


def test_the_models_have_the_run_and_what_comes_after_it(dbt, users):
    for runs in (1, 2):
        dbt.run_operation("grant_credit")
        dbt.run("run", "--select", "dbt_batch_ops")
        assert users.value("select count(*) from batch_operations where status = 'completed'") == runs
        changed = users.value("select sum(records_processed) from batch_operation_logs")
        assert changed == runs * 2_345
