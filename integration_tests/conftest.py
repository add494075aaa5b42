"""Fixtures: one private server, one copy of the project and one dbt per test process; a database per test.

``DBT_BATCH_OPS_TEST_SERVER=machine`` runs the tests on the PostgreSQL of this machine instead of the embedded
one; ``DBT_BATCH_OPS_TEST_FSYNC=on`` lets it write to the disk as in real life. Moments are chosen at
random; a failing test shows its seed, and ``DBT_BATCH_OPS_TEST_SEED`` repeats it.
"""

import os
import secrets
from random import Random

import pytest

from dbt_batch_ops.database import Server, find_binaries
from support.commands.dbt import Dbt
from support.commands.project import Project
from support.database.database import Database
from support.engine.engine import Engine
from support.engine.rendering import Renderer
from support.engine.workers import Worker

pytest_plugins = ["support.selection.plugin"]

INSTALLED = "template_with_ledger"

# Tests of other engines, in environments of their own: make test-duckdb test-spark.
collect_ignore = ["adapters/duckdb", "adapters/spark"]


def pytest_sessionfinish(session):
    """A run of many tests that has left most of them out has not passed, whatever was the reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    skipped, passed = (len(reporter.stats.get(outcome, ())) for outcome in ("skipped", "passed"))
    if skipped > max(passed, 100):
        reporter.write_line(
            f"\n{skipped} tests were skipped and {passed} passed: that is no result.", red=True
        )
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def server_settings():
    return {
        "fsync": os.environ.get("DBT_BATCH_OPS_TEST_FSYNC", "off"),
        "max_connections": "60",
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
        "max_prepared_transactions": "5",
    }


@pytest.fixture(scope="session")
def server(server_settings):
    """A private server for all tests of this process. Tests that stop or kill a server make their own."""
    binaries = find_binaries(os.environ.get("DBT_BATCH_OPS_TEST_SERVER"))
    with Server(binaries=binaries, settings=server_settings) as server:
        yield server


@pytest.fixture(scope="session")
def _database(server):
    return Database(server.connection)


@pytest.fixture(scope="session")
def shared_project(tmp_path_factory, _database):
    """The project with its packages installed and its own specs generated."""
    project = Project(tmp_path_factory.mktemp("dbt") / "project")
    Dbt(project.folder, _database.connection.environment).run("deps")
    project.generate()
    return project


@pytest.fixture(scope="session")
def _dbt(shared_project, _database):
    return Dbt(shared_project.folder, _database.connection.environment)


@pytest.fixture(scope="session")
def _renderer(shared_project, _database):
    return Renderer(shared_project.folder, _database.connection.environment)


@pytest.fixture(scope="session")
def _ledger_template(_renderer, _database):
    _database.recreate()
    Engine(_database, _renderer).install()
    _database.save_as_template(INSTALLED)
    return INSTALLED


@pytest.fixture
def engine(_database, _renderer):
    """The engine without dbt, in the database of this test. Ask for a database fixture as well."""
    return Engine(_database, _renderer)


@pytest.fixture
def dbt(_dbt):
    """dbt on the project and the database of this test. Ask for a database fixture as well."""
    return _dbt


@pytest.fixture
def project(shared_project):
    """The dbt project of this test; what the test changes in it is undone afterwards."""
    with shared_project.unchanged():
        yield shared_project


@pytest.fixture
def empty_database(_database):
    """A new database with nothing in it."""
    _database.recreate()
    return _database


@pytest.fixture
def database(_database, _ledger_template):
    """A new database with the ledger installed."""
    _database.recreate(_ledger_template)
    return _database


@pytest.fixture
def random(request):
    """A random generator of this test; a failure shows its seed."""
    seed = os.environ.get("DBT_BATCH_OPS_TEST_SEED") or secrets.token_hex(4)
    request.node.add_report_section("setup", "seed", f"DBT_BATCH_OPS_TEST_SEED={seed}")
    return Random(f"{seed} {request.node.name}")


@pytest.fixture
def start_worker():
    """Start workers on a run; they end with the test."""
    workers = []

    def start(run, slice_seconds=0.1, *, begins=True):
        workers.append(Worker(run.database, run.id, slice_seconds, begins=begins))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
