"""Fixtures for the package's tests: operations on jars, a ledger after runs of each, the tests as SQL."""

from dataclasses import dataclass

import pytest

from support.commands.dbt import Dbt
from support.commands.project import Project
from support.monitoring.example_runs import make_project, run_everything
from support.monitoring.ledger_tests import LedgerTests

TEMPLATE = "template_with_jars"


@dataclass(frozen=True)
class Jars:
    """What all tests begin with.

    Attributes:
        project: A project with operations on jars.
        dbt: On that project.
        runs: The id of the run of each operation in the template.
        tests: The tests of the ledger as SQL.
    """

    project: Project
    dbt: Dbt
    runs: dict[str, str]
    tests: LedgerTests


@pytest.fixture(scope="session")
def jars(tmp_path_factory, _database):
    project = Project(tmp_path_factory.mktemp("jars") / "project")
    make_project(project)
    dbt = Dbt(project.folder, _database.connection.environment)
    dbt.run("deps")
    project.generate()
    _database.recreate()
    dbt.run_operation("dbt_batch_ops.install")
    runs = run_everything(dbt, _database)
    _database.save_as_template(TEMPLATE)
    return Jars(project, dbt, runs, LedgerTests(dbt))


@pytest.fixture
def dbt(jars):
    """dbt on a project with operations on jars."""
    return jars.dbt


@pytest.fixture
def project(jars):
    """That project; what the test changes in it is undone afterwards."""
    with jars.project.unchanged():
        yield jars.project


@pytest.fixture
def runs(jars):
    """The id of the run of each operation."""
    return jars.runs


@pytest.fixture
def tests(jars):
    """The tests of the ledger as SQL."""
    return jars.tests


@pytest.fixture
def database(jars, _database):
    """A new database with a ledger after runs of every kind."""
    _database.recreate(TEMPLATE)
    return _database


@pytest.fixture(scope="module")
def _unchanged(jars, _database):
    _database.recreate(TEMPLATE)
    return _database


@pytest.fixture
def session(_unchanged):
    """A session on that ledger whose transaction is rolled back. Not together with ``database``."""
    with _unchanged.session(autocommit=False) as session:
        yield session
        session.rollback()
