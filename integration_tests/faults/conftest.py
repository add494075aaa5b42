"""Fixtures for what goes wrong: accounts, runs that were abandoned, work to which faults happen."""

import pytest

from support.engine.account_runs import LITTLE, Run, create_accounts, open_run
from support.engine.engine import Engine
from support.engine.worker_groups import CREWS, Crew
from support.faults.fault_runs import WareTemplates
from support.faults.kinds_of_work import KINDS

ACCOUNTS = 30_000


@pytest.fixture(scope="session")
def _engine(_database, _renderer):
    return Engine(_database, _renderer)


@pytest.fixture(scope="session")
def _templates(_engine, _database, _ledger_template):
    """Two databases to start from: with accounts and an empty ledger, and with an abandoned run as well."""
    _database.recreate(_ledger_template)
    create_accounts(_database, ACCOUNTS)
    _database.save_as_template("template_with_accounts")
    open_run(_engine)
    _database.save_as_template("template_with_run")


@pytest.fixture
def database(_database, _templates):
    """A new database with the ledger and accounts."""
    _database.recreate("template_with_accounts")
    return _database


@pytest.fixture(scope="session")
def _little_template(_database, _ledger_template):
    _database.recreate(_ledger_template)
    create_accounts(_database, LITTLE)
    _database.save_as_template("template_with_few_accounts")


@pytest.fixture
def little_database(_database, _little_template):
    """A new database with the ledger and few accounts."""
    _database.recreate("template_with_few_accounts")
    return _database


@pytest.fixture
def little_request(little_database, engine):
    """The request by which `add_credit` opens a run in that database."""
    return engine.request("add_credit")


@pytest.fixture
def run(_database, _templates):
    """A run of ``add_credit`` in a new database: its client was killed before it changed a row."""
    _database.recreate("template_with_run")
    return Run.newest(_database)


@pytest.fixture(scope="session")
def _ware_templates(_engine, _ledger_template):
    return WareTemplates(_engine, lambda database: database.recreate(_ledger_template))


@pytest.fixture
def open_wares(_ware_templates):
    """Open a run on wares for a kind of work in a new database; nothing is changed yet."""
    return lambda kind: _ware_templates.open(KINDS[kind])


@pytest.fixture(params=CREWS.values(), ids=CREWS.keys())
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
