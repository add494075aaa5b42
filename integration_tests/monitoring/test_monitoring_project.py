"""The models in a user's project: built before anything ran, configured, upgraded, documented."""

import json

import pytest

from support.commands.lint import lint_rendered, listed
from support.database.roles import worker_role
from support.engine.purges import add_run
from support.monitoring.models import MODELS, SELECT, Models
from support.tables.items import create_items

HAS_LEDGER = "select to_regnamespace('batch_ops') is not null"


@pytest.fixture
def models(dbt, database):
    return Models(dbt, database)


@pytest.fixture
def apart(tmp_path):
    """An environment for a dbt whose parsed project would spoil that of others."""
    return {"DBT_TARGET_PATH": str(tmp_path / "target")}


@pytest.fixture
def settings(project):
    """Add text to the project's dbt_project.yml, for one test."""
    file = project.folder / "dbt_project.yml"
    before = file.read_text()
    yield lambda text: file.write_text(before + text)
    file.write_text(before)


class TestBeforeAnythingRan:
    def test_the_models_are_built_and_the_ledger_is_installed(self, dbt, empty_database):
        models = Models(dbt, empty_database)
        models.refresh()
        assert all(models.contents()[model] == [] for model in MODELS)
        create_items(empty_database, 20)
        dbt.run_operation("touch_items_by_7")
        models.refresh()
        models.assert_agree()
        assert models.value("select count(*) from {logs}") == 3

    def test_several_threads_install_it_once(self, dbt, empty_database):
        Models(dbt, empty_database).refresh("--threads", "4")
        assert empty_database.value("select count(*) = max(version) from batch_ops.migrations")

    @pytest.mark.parametrize("command", [("compile", *SELECT), ("docs", "generate"), ("parse",), ("ls",)])
    def test_commands_that_build_nothing_install_nothing(self, dbt, empty_database, command):
        dbt.run(*command)
        assert not empty_database.value(HAS_LEDGER)

    def test_a_ledger_of_an_older_version_is_upgraded(self, dbt, empty_database):
        dbt.run_operation("install_first_ledger")
        assert empty_database.value("select max(version) from batch_ops.migrations") == 1
        Models(dbt, empty_database).refresh()
        assert empty_database.value("select max(version) from batch_ops.migrations") >= 5

    def test_a_role_that_may_not_install_it_is_told_whom_to_ask(self, dbt, empty_database, tmp_path):
        with worker_role(empty_database, tmp_path) as environment:
            empty_database.execute("grant create on schema public to worker")
            said = dbt.run("run", *SELECT, environment=environment, check=False)
        assert said.exit_code == 1
        assert "Role worker may not create the ledger (schema batch_ops) in database test" in said.output
        assert "dbt run-operation dbt_batch_ops.install" in said.output
        assert not empty_database.value(HAS_LEDGER)

    def test_a_role_that_may_not_read_it_is_told_what_it_takes(self, dbt, database, tmp_path):
        with worker_role(database, tmp_path) as environment:
            database.execute("grant create on schema public to worker")
            said = dbt.run("run", *SELECT, environment=environment, check=False)
        assert said.exit_code == 1
        assert 'GRANT USAGE ON SCHEMA batch_ops TO "worker";' in said.output
        assert 'GRANT SELECT ON ALL TABLES IN SCHEMA batch_ops TO "worker";' in said.output

    def test_a_role_that_may_only_read_the_ledger_builds_them(self, dbt, database, tmp_path):
        add_run(database, errors=2)
        with worker_role(database, tmp_path) as environment:
            database.execute(
                """
                create schema marts authorization worker;
                grant usage on schema batch_ops, public to worker;
                grant create on schema public to worker;
                grant select on all tables in schema batch_ops to worker;
                -- As after an upgrade, which makes the view anew.
                revoke select on batch_ops.run_overview from worker
                """
            )
            models = Models(dbt, database)
            for _ in range(2):
                models.refresh(environment=environment)
            models.assert_agree()


class TestSettings:
    def test_a_full_refresh_keeps_the_rows_and_says_so(self, dbt, database, models):
        add_run(database, "old", errors=1)
        models.refresh()
        database.execute("delete from batch_ops.batches; delete from batch_ops.runs")
        add_run(database, "new")
        said = models.refresh("--full-refresh").output
        assert models.rows("select operation from {runs} order by 1") == [("new",), ("old",)]
        assert models.value("select count(*) from {logs}") == 6
        assert said.count("keeps its rows") == 4

    def test_a_full_refresh_that_the_project_allows_begins_anew(self, dbt, database, models, apart):
        add_run(database, "old")
        models.refresh()
        database.execute("delete from batch_ops.batches; delete from batch_ops.runs")
        add_run(database, "new")
        allowed = ("--vars", "{batch_ops_full_refresh: true}")
        models.refresh(*allowed, environment=apart)
        assert models.value("select count(*) from {runs}") == 2
        models.refresh("--full-refresh", *allowed, environment=apart)
        assert models.rows("select operation from {runs}") == [("new",)]
        assert models.value("select count(*) from {logs}") == 3

    def test_they_are_in_the_schema_that_the_project_says(self, dbt, database, settings, apart):
        settings("\nmodels:\n  dbt_batch_ops:\n    +schema: monitoring\n")
        add_run(database)
        models = Models(dbt, database, schema="public_monitoring")
        models.refresh(environment=apart)
        models.refresh(environment=apart)
        models.assert_agree()
        assert database.value("select to_regclass('public.batch_operations') is null")

    def test_a_project_can_do_without_them(self, dbt, database, settings, apart):
        settings("\nmodels:\n  dbt_batch_ops:\n    +enabled: false\n")
        said = dbt.run("ls", "--resource-type", "model", environment=apart).output
        assert "dbt_batch_ops" not in said

    def test_a_project_that_makes_tables_of_all_models_is_told_before_it_loses_anything(
        self, dbt, database, models, settings, apart
    ):
        add_run(database)
        models.refresh()
        before = models.contents()
        settings("\nmodels:\n  +materialized: table\n")
        said = models.refresh(environment=apart, check=False)
        assert said.exit_code == 1
        assert "It must be incremental" in said.output
        assert "+materialized: incremental" in said.output
        assert models.contents() == before


class TestUpgrades:
    def test_columns_that_an_older_package_did_not_have_are_added_and_filled_and_rows_kept(
        self, dbt, database, models
    ):
        add_run(database, "purged", errors=1)
        add_run(database, "kept", errors=1)
        database.execute("update batch_ops.runs set collect_metrics = true, description = operation")
        models.refresh()
        before = models.contents()
        database.execute(
            """
            delete from batch_ops.batches using batch_ops.runs
            where batches.operation_id = runs.operation_id and operation = 'purged';
            delete from batch_ops.runs where operation = 'purged';
            alter table batch_operations drop column description, drop column batch_seconds_p99;
            alter table batch_operation_logs drop column attempts, drop column step_name;
            alter table batch_operation_errors drop column failed_records;
            alter table batch_performance_metrics drop column unit;
            """
        )
        models.refresh()
        after = models.contents()
        assert {model: len(rows) for model, rows in after.items()} == {
            model: len(rows) for model, rows in before.items()
        }
        models.assert_agree(run_id=database.value("select operation_id::text from batch_ops.runs"))
        assert models.rows("select operation, description from {runs} order by 1") == [
            ("kept", "kept"),
            ("purged", None),
        ]
        assert models.rows("select distinct operation, step_name from {logs} order by 1") == [
            ("kept", "kept"),
            ("purged", None),
        ]
        assert models.refresh().output.count("[INSERT 0 0 in") == 4

    def test_a_table_without_any_horizon_is_read_into_from_the_beginning(self, dbt, database, models):
        add_run(database, errors=1)
        database.execute("update batch_ops.runs set collect_metrics = true")
        models.refresh()
        before = models.contents()
        for model in MODELS:
            database.execute(f"alter table {model} drop column ledger_horizon, drop column ledger_database")
        add_run(database, "new", errors=1)
        models.refresh()
        models.assert_agree()
        assert all(row in models.contents()[model] for model in MODELS for row in before[model])
        assert models.refresh().output.count("[INSERT 0 0 in") == 4

    def test_columns_of_the_users_own_stay(self, dbt, database, models):
        add_run(database)
        models.refresh()
        database.execute("alter table batch_operations add column reviewed_by text default 'nobody'")
        add_run(database, "new")
        models.refresh()
        models.assert_agree()


class TestDocumentation:
    @pytest.fixture
    def artifacts(self, dbt, database, models, tmp_path):
        """What ``dbt docs generate`` writes."""
        add_run(database)
        models.refresh()
        dbt.run("docs", "generate")
        return {
            name: json.loads((dbt.project / f"target/{name}.json").read_text())
            for name in ("manifest", "catalog")
        }

    def test_every_column_of_models_and_sources_is_described_and_none_that_is_not_there(self, artifacts):
        manifest, catalog = artifacts["manifest"], artifacts["catalog"]
        found = 0
        for kind in ("nodes", "sources"):
            for name, shown in catalog[kind].items():
                node = manifest[kind][name]
                if node["package_name"] != "dbt_batch_ops":
                    continue
                found += 1
                assert node["description"].strip(), name
                assert set(node["columns"]) == set(shown["columns"]), name
                for column in node["columns"].values():
                    assert column["description"].strip(), f"{name}.{column['name']}"
                    if kind == "nodes":
                        assert column["data_type"] == shown["columns"][column["name"]]["type"], column["name"]
        assert found == 4 + 12

    def test_the_lineage_leads_from_the_ledger_to_the_models(self, artifacts):
        parents = artifacts["manifest"]["parent_map"]
        ledger = {"runs", "steps", "batches", "errors", "workers", "controls"}
        assert {
            model: {parent.removeprefix("source.dbt_batch_ops.batch_ops.") for parent in parents[name]}
            for model in MODELS
            if (name := f"model.dbt_batch_ops.{model}")
        } == {
            "batch_operations": ledger,
            "batch_operation_logs": {"runs", "steps", "batches", "errors"},
            "batch_operation_errors": {"runs", "steps", "batches", "errors"},
            "batch_performance_metrics": ledger,
        }


# Laterals, and a union inside a join: sqlfluff misreads their layout, and wants CTEs where none can be.
_MISREAD = ("AL04", "LT02", "LT14", "ST05")


def test_what_the_models_render_to_passes_sqlfluff(dbt, database, models, tmp_path):
    rendered = {}
    for turn in ("first", "later"):
        models.refresh()
        for model in MODELS:
            file = dbt.project / f"target/compiled/dbt_batch_ops/models/monitoring/{model}.sql"
            rendered[f"{model}-{turn}"] = file.read_text().strip()
    found = [violation for violation in lint_rendered(tmp_path, rendered) if violation.code not in _MISREAD]
    assert listed(found) == ""
