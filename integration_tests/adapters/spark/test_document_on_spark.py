"""The complete specs of the reference document on Spark: done, or refused as the page says."""

import pytest

from support.adapters.delta import DeltaTable
from support.adapters.spark import SparkProject
from support.reference.adapter_table import WORKS, check_cell, refusal
from support.reference.document import DOCUMENT, complete_specs, needs_document, with_header
from support.reference.products import ARGUMENTS, CSV, IMPORT, LOAD, assert_imported, assert_loaded
from support.reference.users import COUNT, TRIALS, users_query

pytestmark = needs_document
SPECS = complete_specs() if DOCUMENT.is_file() else {}


@pytest.fixture(scope="module")
def project(tmp_path_factory, sail):
    project = SparkProject(tmp_path_factory.mktemp("document") / "project", sail.url)
    for operation in (*TRIALS, IMPORT, LOAD):
        project.write(f"batch_operations/{operation}.yml", with_header(SPECS[operation]))
    project.dbt.run("deps")
    project.generate()
    return project


@pytest.mark.parametrize("operation", SPECS)
def test_a_spec_is_done_or_refused_as_the_page_about_engines_says(request, operation, tmp_path, client):
    reason = refusal(operation, "spark", tmp_path / "spec")
    if reason is None:
        project = request.getfixturevalue("project")
        project.clear()
        {IMPORT: do_import, LOAD: do_load}.get(operation, do)(project, client, operation)
        assert project.status == "completed"
    check_cell(operation, "Spark", reason or WORKS)


def do(project, client, operation):
    """Run a spec on users, and look at each of them afterwards."""
    trial = TRIALS[operation]
    query = users_query(
        f"(select id as number from range({COUNT})) as users", "number", "string", "timestamp"
    )
    users = client.make_table("users", project.tables / "user", query)
    project.dbt.run_operation(operation, trial.arguments)
    if trial.is_confirmed:
        project.dbt.run_operation(operation, {"confirm": project.run_id()})
    trial.assert_done(users.rows())


def do_import(project, client, operation):
    """Import products, and look at each of them afterwards."""
    location = project.tables / "product"
    client.run(
        "create table product (id bigint, name string, price decimal(10, 2), category_id bigint,"
        f" created_at timestamp) using delta location '{location}'"
    )
    project.dbt.run_operation(operation, ARGUMENTS)
    assert_imported(DeltaTable(location).rows())


def do_load(project, client, operation):
    """Load products from a seed, and look at each of them afterwards."""
    location = project.tables / "product"
    client.run(
        "create table product (id bigint, name string, price decimal(10, 2), category string)"
        f" using delta location '{location}'"
    )
    # What dbt seed would make there; this server forgets it when the command ends.
    file = project.write("seeds/offered.csv", CSV)
    query = f"select * from csv.`{file}` where _c0 <> 'name'"
    client.make_table("offered", project.tables / "offered", query)
    output = project.dbt.run_operation(operation, {"csv_file": "offered"}).output
    assert "2 of 600 rows are invalid and left out" in output
    assert_loaded(DeltaTable(location).rows())
