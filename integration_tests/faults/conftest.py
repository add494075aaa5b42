"""Fixtures of the fault suite: a project with the specs beside this file, databases, crews."""

from pathlib import Path

import pytest

from support.commands.project import project_with_short_slices
from support.engine.account_runs import LITTLE, Run, create_accounts, open_run
from support.engine.starts import captured_request
from support.engine.worker_groups import SEVERAL, Crew
from support.faults.fault_runs import WareTemplates
from support.faults.kinds_of_work import KINDS

ACCOUNTS = 30_000
SPECS = sorted(Path(__file__).parent.glob("*.yml"))


@pytest.fixture(scope="session")
def make_project(tmp_path_factory):
    """Make a project with the operations of the specs beside this file and short slices, and dbt on it."""

    def make(database):
        return project_with_short_slices(tmp_path_factory.mktemp("faults") / "project", SPECS, database)

    return make


@pytest.fixture(scope="session")
def _project_and_dbt(make_project, _database):
    return make_project(_database)


@pytest.fixture(scope="session")
def _templates(_project_and_dbt, _database):
    """Two databases to start from: with accounts and an empty ledger, and with an abandoned run as well."""
    _, dbt = _project_and_dbt
    _database.recreate()
    create_accounts(_database, ACCOUNTS)
    dbt.run_operation("dbt_batch_ops.install")
    _database.save_as_template("template_with_accounts")
    open_run(dbt, _database)
    _database.save_as_template("template_with_run")


@pytest.fixture
def dbt(_project_and_dbt):
    """dbt on a project with the operations of the specs beside this file; slices take a tenth of a second."""
    return _project_and_dbt[1]


@pytest.fixture
def project(_project_and_dbt):
    """That project; what the test changes in it is undone afterwards."""
    project, _ = _project_and_dbt
    with project.unchanged():
        yield project


@pytest.fixture
def database(_database, _templates):
    """A new database with the ledger and accounts."""
    _database.recreate("template_with_accounts")
    return _database


@pytest.fixture(scope="session")
def little_request(_project_and_dbt, _templates, _database):
    """The request that dbt sends for `add_credit`; and a template with few accounts."""
    _database.recreate("template_with_accounts")
    request = captured_request(_project_and_dbt[1], _database, "add_credit")
    _database.execute("truncate batch_ops.runs cascade; drop table account")
    create_accounts(_database, LITTLE)
    _database.save_as_template("template_with_few_accounts")
    return request


@pytest.fixture
def little_database(_database, little_request):
    """A new database with the ledger and few accounts."""
    _database.recreate("template_with_few_accounts")
    return _database


@pytest.fixture
def run(_database, _templates):
    """A run of ``add_credit`` in a new database: dbt was killed before it changed a row."""
    _database.recreate("template_with_run")
    return Run.newest(_database)


@pytest.fixture(scope="session")
def _ware_templates(_project_and_dbt, _database):
    return WareTemplates(_database, _project_and_dbt[1])


@pytest.fixture
def open_wares(_ware_templates):
    """Open a run on wares for a kind of work in a new database; nothing is changed yet."""
    return lambda kind: _ware_templates.open(KINDS[kind])


@pytest.fixture(params=[1, SEVERAL], ids=["alone", "crew"])
def crew(request, start_worker):
    """The workers on a run: one, or several at once."""
    return Crew(start_worker, request.param)


@pytest.fixture
def open_shared(open_wares, crew):
    """Open a run on wares for a kind of work in which each of the crew has a part."""

    def open_shared(kind):
        run = open_wares(kind)
        run.make_batches_of(crew.batch_size)
        return run

    return open_shared
