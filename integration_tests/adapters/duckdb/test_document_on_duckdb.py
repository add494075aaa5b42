"""The complete specs of the reference document on DuckDB: done, or refused as the page says."""

import pytest

from support.adapters.duckdb import DuckProject
from support.reference.adapter_table import WORKS, check_cell, refusal
from support.reference.document import DOCUMENT, complete_specs, needs_document, with_header
from support.reference.products import ARGUMENTS, CSV, IMPORT, LOAD, assert_imported, assert_loaded
from support.reference.users import COUNT, TRIALS, users_query

pytestmark = needs_document
SPECS = complete_specs() if DOCUMENT.is_file() else {}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = DuckProject(tmp_path_factory.mktemp("document") / "project")
    for operation in (*TRIALS, IMPORT, LOAD):
        project.write(f"batch_operations/{operation}.yml", with_header(SPECS[operation]))
    project.dbt.run("deps")
    project.generate()
    return project


@pytest.mark.parametrize("operation", SPECS)
def test_a_spec_is_done_or_refused_as_the_page_about_engines_says(request, operation, tmp_path):
    reason = refusal(operation, "duckdb", tmp_path / "spec")
    if reason is None:
        project = request.getfixturevalue("project")
        project.clear()
        {IMPORT: do_import, LOAD: do_load}.get(operation, do)(project, operation)
        assert project.status == "completed"
    check_cell(operation, "DuckDB", reason or WORKS)


def do(project, operation):
    """Run a spec on users, and look at each of them afterwards."""
    trial = TRIALS[operation]
    query = users_query(f"range({COUNT}) as users (number)", "number", "uuid", "timestamptz")
    project.execute(f'create table "user" as {query}')
    project.dbt.run_operation(operation, trial.arguments)
    if trial.is_confirmed:
        project.dbt.run_operation(operation, {"confirm": project.run_id()})
    trial.assert_done(rows_of(project, '"user"'))


def do_import(project, operation):
    """Import products, and look at each of them afterwards."""
    project.execute(
        "create table product (id bigint, name varchar, price decimal(10, 2), category_id bigint,"
        " created_at timestamptz)"
    )
    project.dbt.run_operation(operation, ARGUMENTS)
    assert_imported(rows_of(project, "product"))


def do_load(project, operation):
    """Load products from a file, and look at each of them afterwards."""
    project.execute("create table product (id bigint, name varchar, price decimal(10, 2), category varchar)")
    file = project.write("products.csv", CSV)
    output = project.dbt.run_operation(operation, {"csv_file": str(file)}).output
    assert "2 of 600 rows are invalid and left out" in output
    assert_loaded(rows_of(project, "product"))


def rows_of(project, table):
    with project.open() as connection:
        found = connection.execute(f"select * from {table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
