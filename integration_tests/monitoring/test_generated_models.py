"""What generate writes for dbt's graph: models of one operation's batches and metrics, and exposures."""

import json

import pytest

from support.tables.items import create_items


@pytest.fixture(autouse=True)
def _graph(project):
    project.generate(with_graph=True)


@pytest.fixture
def manifest(dbt, database, project):
    """What dbt knows of the project."""
    dbt.run("--write-json", "parse")
    return json.loads((project.folder / "target" / "manifest.json").read_text())


def exposure(manifest, operation):
    return manifest["exposures"][f"exposure.integration_tests.{operation}"]


def test_an_exposure_links_an_operation_to_its_source_and_to_its_runs(manifest):
    assert set(exposure(manifest, "touch_source")["depends_on"]["nodes"]) == {
        "source.integration_tests.app.accounts",
        "source.dbt_batch_ops.batch_ops.runs",
    }


def test_an_exposure_links_an_operation_to_the_model_that_it_changes(manifest):
    assert "model.integration_tests.customer" in exposure(manifest, "touch_ref")["depends_on"]["nodes"]


def test_there_is_an_exposure_for_each_operation(manifest):
    macros = {
        macro["name"].removesuffix("__definition")
        for macro in manifest["macros"].values()
        if macro["package_name"] == "integration_tests" and macro["name"].endswith("__definition")
    }
    assert {exposed["name"] for exposed in manifest["exposures"].values()} == macros


def test_lineage_goes_from_the_ledger_through_the_models_to_the_operation(manifest):
    parents = manifest["parent_map"]
    assert "source.dbt_batch_ops.batch_ops.runs" in parents["model.dbt_batch_ops.batch_operations"]
    assert "model.dbt_batch_ops.batch_operation_logs" in parents["model.integration_tests.touched_batches"]


def test_the_models_of_an_operation_show_it_alone(dbt, database):
    create_items(database, 25)
    dbt.run_operation("touch_items_and_tell")
    dbt.run_operation("touch_items_by_7")
    dbt.run("run", "--select", "+touched_batches", "+touched_metrics")
    assert database.rows("select operation, count(*) from touched_batches group by 1") == [
        ("touch_items_and_tell", 3)
    ]
    assert database.value("select count(distinct operation) from touched_metrics") == 1
