"""Fixtures for Citus: where ``DBT_BATCH_OPS_CITUS_DSN`` names a coordinator's database, they wipe it.

A coordinator with two workers on one machine will do; docs/engines.md says how.
"""

import os

import pytest

from dbt_batch_ops.database import Connection
from support.commands.dbt import Dbt
from support.database.database import Database
from support.engine.account_runs import Run

DSN = os.environ.get("DBT_BATCH_OPS_CITUS_DSN")
ACCOUNTS = 3_000

_AS_NEW = """
drop schema if exists batch_ops cascade;
drop table if exists account;
create table account (id bigint primary key, credits integer not null, closed boolean not null);
select create_distributed_table('account', 'id', shard_count => 4);
insert into account select n, 0, mod(n, 3) = 0 from generate_series(1, %s) as n;
"""


class CitusDatabase(Database):
    """The database of a coordinator, as it was given."""

    def __init__(self) -> None:
        super().__init__(Connection.from_dsn(DSN))
        self.connection = Connection.from_dsn(DSN)


@pytest.fixture(scope="session")
def _citus():
    if not DSN:
        pytest.skip("DBT_BATCH_OPS_CITUS_DSN names no Citus")
    return CitusDatabase()


@pytest.fixture(scope="session")
def _citus_dbt(shared_project, _citus):
    return Dbt(shared_project.folder, _citus.connection.environment)


@pytest.fixture
def database(_citus, _citus_dbt):
    """The coordinator with the ledger and a distributed table ``account``."""
    _citus.execute(_AS_NEW, [ACCOUNTS])
    _citus_dbt.run_operation("dbt_batch_ops.install")
    return _citus


@pytest.fixture
def dbt(database, _citus_dbt):
    return _citus_dbt


@pytest.fixture
def assert_exactly_once(database):
    """The newest run is completed, every account has one credit, and the ledger has as many."""

    def check():
        run = Run.newest(database)
        assert (run.status, run.is_closed) == ("completed", True)
        assert database.rows("select credits, count(*) from account group by 1") == [(1, ACCOUNTS)]
        recorded = database.value(
            "select sum(records) from batch_ops.batches where operation_id = %s", [run.id]
        )
        assert recorded == ACCOUNTS

    return check
