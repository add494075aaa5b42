"""Fixtures of tables on several servers: a coordinator, and servers of their own behind its partitions."""

from contextlib import ExitStack

import pytest

from dbt_batch_ops.database import Server
from support.adapters.shards import Shards
from support.database.sessions import kill_dbt, terminate, wait_for_row_lock
from support.engine.account_runs import Run

TEMPLATE = "template_with_shards"


@pytest.fixture(scope="session")
def _shards(server, server_settings):
    with ExitStack() as stack:
        servers = [Server(binaries=server.binaries, settings=server_settings) for _ in range(2)]
        for one in servers:
            stack.enter_context(one)
        yield Shards(servers)


@pytest.fixture(scope="session")
def _template(_dbt, _database, _shards):
    _database.recreate()
    _shards.create(_database)
    _dbt.run_operation("dbt_batch_ops.install")
    _shards.save_as_template()
    _database.save_as_template(TEMPLATE)


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
