"""Fixtures of tables on several servers: a coordinator, and servers of their own behind its partitions."""

import os
import secrets
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from dbt_batch_ops.database import Server
from support.dbt import Dbt
from support.project import Project
from support.runs import Run
from support.sessions import kill_dbt, terminate, wait_for_row_lock
from support.shards import Shards
from support.workers import Worker

SPEC = Path(__file__).with_name("account.yml")
SETTINGS = "\nvars:\n  batch_ops_slice_seconds: 0.1\n"
TEMPLATE = "template_with_shards"


@pytest.fixture(scope="session")
def _shards(server, server_settings):
    with ExitStack() as stack:
        servers = [Server(binaries=server.binaries, settings=server_settings) for _ in range(2)]
        for one in servers:
            stack.enter_context(one)
        yield Shards(servers)


@pytest.fixture(scope="session")
def _project_and_dbt(tmp_path_factory, _database):
    project = Project(tmp_path_factory.mktemp("shards") / "project")
    project.write("batch_operations/account.yml", SPEC.read_text())
    settings = project.folder / "dbt_project.yml"
    settings.write_text(settings.read_text() + SETTINGS)
    dbt = Dbt(project.folder, _database.connection.environment)
    dbt.run("deps")
    project.generate()
    return project, dbt


@pytest.fixture(scope="session")
def _template(_project_and_dbt, _database, _shards):
    _database.recreate()
    _shards.create(_database)
    _project_and_dbt[1].run_operation("dbt_batch_ops.install")
    _shards.save_as_template()
    _database.save_as_template(TEMPLATE)


@pytest.fixture
def dbt(_project_and_dbt):
    return _project_and_dbt[1]


@pytest.fixture
def project(_project_and_dbt):
    """The project; what the test changes in it is undone afterwards."""
    project, _ = _project_and_dbt
    with project.unchanged():
        yield project


@pytest.fixture
def database(_database, _template):
    """The coordinator, with the table ``account`` and the ledger."""
    _database.recreate(TEMPLATE)
    return _database


@pytest.fixture
def shards(_shards, database):
    """The servers behind ``account``, as they were filled."""
    _shards.recreate()
    return _shards


@pytest.fixture
def run(dbt, database, shards):
    """An open run of ``add_credit`` with claimed batches, nothing changed, and nobody who works on it."""
    shard = shards.databases[0]
    with shard.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account_0 for update")
        process = dbt.start_operation("add_credit")
        wait_for_row_lock(shard)
        kill_dbt(process)
        terminate(database, database.value("select pid from batch_ops.workers"))
    return Run.newest(database)


@pytest.fixture
def random(request):
    seed = os.environ.get("DBT_BATCH_OPS_TEST_SEED") or secrets.token_hex(4)
    request.node.add_report_section("setup", "seed", f"DBT_BATCH_OPS_TEST_SEED={seed}")
    return Random(seed)


@pytest.fixture
def start_worker():
    """Start workers; all have ended when the test has."""
    workers = []

    def start(run, slice_seconds=0.1):
        workers.append(Worker(run.database, run.id, slice_seconds))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
