"""Fixtures for the package's tests: operations on jars, a ledger after runs of each, the tests as SQL."""

import pytest

from support.monitoring.example_runs import run_everything
from support.monitoring.ledger_tests import LedgerTests

TEMPLATE = "template_with_jars"


@pytest.fixture(scope="session")
def _runs(_dbt, _database, _ledger_template):
    _database.recreate(_ledger_template)
    runs = run_everything(_dbt, _database)
    _database.save_as_template(TEMPLATE)
    return runs


@pytest.fixture(scope="session")
def _tests(_dbt, _database, _runs):
    _database.recreate(TEMPLATE)
    return LedgerTests(_dbt)


@pytest.fixture
def runs(_runs):
    """The id of the run of each operation on jars."""
    return _runs


@pytest.fixture
def tests(_tests):
    """The tests of the ledger as SQL."""
    return _tests


@pytest.fixture
def database(_runs, _database):
    """A new database with a ledger after runs of every kind."""
    _database.recreate(TEMPLATE)
    return _database


@pytest.fixture(scope="module")
def _unchanged(_runs, _database):
    _database.recreate(TEMPLATE)
    return _database


@pytest.fixture
def session(_unchanged):
    """A session on that ledger whose transaction is rolled back. Not together with ``database``."""
    with _unchanged.session(autocommit=False) as session:
        yield session
        session.rollback()
