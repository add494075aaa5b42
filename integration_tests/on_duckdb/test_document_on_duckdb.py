"""The complete specs of the reference document on DuckDB: done, or refused as the page says."""

import pytest

from support.document_users import COUNT, TRIALS, users_query
from support.duck import DuckProject
from support.matrix import WORKS, check_cell, refusal
from support.reference_document import DOCUMENT, complete_specs, needs_document, with_header

pytestmark = needs_document
SPECS = complete_specs() if DOCUMENT.is_file() else {}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = DuckProject(tmp_path_factory.mktemp("document") / "project")
    for operation in TRIALS:
        project.write(f"batch_operations/{operation}.yml", with_header(SPECS[operation]))
    project.dbt.run("deps")
    project.generate()
    return project


@pytest.mark.parametrize("operation", SPECS)
def test_a_spec_is_done_or_refused_as_the_page_about_engines_says(request, operation, tmp_path):
    reason = refusal(operation, "duckdb", tmp_path / "spec")
    if reason is None:
        do(request.getfixturevalue("project"), operation)
    check_cell(operation, "DuckDB", reason or WORKS)


def do(project, operation):
    """Run a spec on users, and look at each of them afterwards."""
    trial = TRIALS[operation]
    project.clear()
    query = users_query(f"range({COUNT}) as users (number)", "number", "uuid", "timestamptz")
    project.execute(f'create table "user" as {query}')
    project.dbt.run_operation(operation, trial.arguments)
    if trial.is_confirmed:
        project.dbt.run_operation(operation, {"confirm": project.run_id()})
    assert project.status == "completed"
    with project.open() as connection:
        found = connection.execute('select * from "user"')
        names = [column[0] for column in found.description]
        trial.assert_done([dict(zip(names, row, strict=True)) for row in found.fetchall()])
