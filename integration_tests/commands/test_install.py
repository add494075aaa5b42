"""The ledger's installation: once, by whoever may, and never over a newer one."""

import pytest

from support.database.roles import worker_role
from support.engine import ledger
from support.tables.items import create_items, touched

STATE = "select to_jsonb(installation) from batch_ops.installation"


def test_a_second_installation_changes_nothing(dbt, database):
    create_items(database, 10)
    dbt.run_operation("touch_items_by_7")
    before = (database.value(STATE), ledger.contents(database))
    oids = "select oid from pg_proc where pronamespace = 'batch_ops'::regnamespace order by oid"
    routines = database.rows(oids)
    said = dbt.run_operation("dbt_batch_ops.install").output
    assert "was installed in schema batch_ops already" in said
    assert (database.value(STATE), ledger.contents(database)) == before
    assert database.rows(oids) == routines


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_two_installations_at_once_both_succeed(dbt, empty_database, isolation):
    empty_database.execute(f"alter database test set default_transaction_isolation = '{isolation}'")
    with empty_database.session(autocommit=False) as session, session.cursor() as cursor:
        # Holds both at the same point: where the one lets the other wait.
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('batch_ops.install', 0))")
        processes = [dbt.start_operation("dbt_batch_ops.install") for _ in range(2)]
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while empty_database.value(waiting) < 2:
            assert all(process.is_running for process in processes), [p.output for p in processes]
        session.rollback()
    results = [dbt.finish(process) for process in processes]
    assert all("installed in schema batch_ops" in result.output for result in results)
    assert empty_database.value("select count(*) from batch_ops.migrations") >= 1
    create_items(empty_database, 10)
    dbt.run_operation("touch_items_by_7")
    assert touched(empty_database) == {1: 10}


def test_the_first_run_installs_the_ledger_itself(dbt, empty_database):
    create_items(empty_database, 10)
    dbt.run_operation("touch_items_by_7")
    assert touched(empty_database) == {1: 10}


def test_an_older_engine_is_replaced_and_the_ledger_kept(dbt, database):
    create_items(database, 10)
    dbt.run_operation("touch_items_by_7")
    before = ledger.contents(database)
    installed = database.value(STATE)
    database.execute("update batch_ops.installation set engine_hash = 'older', package_version = '0.0.1'")
    database.execute(
        "create or replace function batch_ops.run_summary(p_operation_id uuid) returns jsonb "
        "return null::jsonb"
    )
    dbt.run_operation("dbt_batch_ops.install")
    assert database.value(STATE)["engine_hash"] == installed["engine_hash"]
    assert ledger.contents(database) == before
    assert database.value("select batch_ops.run_summary(operation_id) is not null from batch_ops.runs")


@pytest.mark.parametrize(
    "newer",
    [
        "update batch_ops.installation set package_version = '99.0.0'",
        "insert into batch_ops.migrations (version, name) values (99, 'from_the_future')",
    ],
    ids=["package", "ledger"],
)
@pytest.mark.parametrize("operation", ["touch_items_by_7", "dbt_batch_ops.install"])
def test_a_newer_ledger_is_left_alone(dbt, database, newer, operation):
    create_items(database, 10)
    database.execute(newer)
    before = database.value(STATE)
    result = dbt.run_operation(operation, check=False)
    assert result.exit_code == 1
    assert "The ledger in schema batch_ops belongs to dbt_batch_ops" in result.output
    assert "Raise the package's version in packages.yml, then type: dbt deps" in result.output
    assert touched(database) == {0: 10}
    assert database.value(STATE) == before


def test_a_role_that_may_not_create_the_ledger_is_told_whom_to_ask(dbt, empty_database, tmp_path):
    with worker_role(empty_database, tmp_path) as environment:
        result = dbt.run("run-operation", "dbt_batch_ops.install", environment=environment, check=False)
    assert result.exit_code == 1
    assert "Role worker may not create the ledger (schema batch_ops) in database test" in result.output
    assert "GRANT CREATE ON DATABASE" in result.output
    assert empty_database.value("select to_regnamespace('batch_ops') is null")


def test_a_role_that_does_not_own_the_ledger_cannot_upgrade_it_and_is_told_so(dbt, database, tmp_path):
    with worker_role(database, tmp_path) as environment:
        database.execute(
            """
            grant usage, create on schema batch_ops to worker;
            grant all on all tables in schema batch_ops to worker;
            update batch_ops.installation set engine_hash = 'older';
            """
        )
        before = database.value(STATE)
        result = dbt.run("run-operation", "dbt_batch_ops.install", environment=environment, check=False)
    assert result.exit_code == 1
    assert "worker may not" in result.output
    assert "dbt run-operation dbt_batch_ops.install" in result.output
    assert database.value(STATE) == before


def test_a_role_that_may_only_read_the_ledger_sees_runs_and_is_told_what_it_takes_to_start_one(
    dbt, database, tmp_path
):
    create_items(database, 10)
    dbt.run_operation("touch_items_by_7")
    with worker_role(database, tmp_path) as environment:
        database.execute(
            """
            grant usage on schema batch_ops to worker;
            grant select on all tables in schema batch_ops to worker;
            grant select, update on item to worker;
            """
        )
        seen = dbt.run("run-operation", "dbt_batch_ops.status", environment=environment)
        refused = dbt.run("run-operation", "touch_items_by_7", environment=environment, check=False)
    assert "touch_items_by_7" in seen.output
    assert refused.exit_code == 1
    assert "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA batch_ops" in refused.output
    assert touched(database) == {1: 10}


@pytest.mark.parametrize(
    ("version", "advice"),
    [
        ("0.0.9", "Generate again with this version"),
        ("99.1.0", "Install the package of that version: change its revision in packages.yml"),
    ],
    ids=["older", "newer"],
)
def test_code_generated_for_another_version_is_refused_with_what_to_do(
    dbt, database, project, version, advice
):
    create_items(database, 10)
    macro = project.folder / "macros/batch_ops/touch_items_by_7.sql"
    text = macro.read_text()
    changed = text.replace('"generator_version": "', f'"generator_version": "{version}", "was": "')
    assert changed != text
    macro.write_text(changed)
    result = dbt.run_operation("touch_items_by_7", check=False)
    assert result.exit_code == 1
    assert f"touch_items_by_7 was generated by dbt-batch-ops {version}" in result.output
    assert advice in result.output
    assert touched(database) == {0: 10}
