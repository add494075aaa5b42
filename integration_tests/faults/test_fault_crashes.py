"""``pg_ctl stop -m immediate`` in the middle of a batch, for every kind of work."""

import os

import pytest

from dbt_batch_ops.database import Server, find_binaries
from support.database.database import Database
from support.engine.engine import Engine
from support.faults.fault_runs import WareTemplates
from support.faults.kinds_of_work import KINDS


@pytest.fixture(scope="module")
def fragile_server():
    with Server(binaries=find_binaries(os.environ.get("DBT_BATCH_OPS_TEST_SERVER"))) as server:
        yield server


@pytest.fixture(scope="module")
def fragile_wares(fragile_server, _renderer):
    engine = Engine(Database(fragile_server.connection), _renderer)

    def install(database):
        database.recreate()
        engine.install()

    return WareTemplates(engine, install)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_stopped_in_a_batch_leaves_a_true_ledger_and_the_run_completes(
    fragile_server, fragile_wares, crew, kind
):
    run = fragile_wares.open(KINDS[kind])
    run.make_batches_of(crew.batch_size)
    # PostgreSQL does not log what it gives out of the sequences of a database copied a moment ago.
    run.database.execute("checkpoint")
    for number in crew.latches:
        with crew.caught_at(run, number):
            fragile_server.stop(immediately=True)
        fragile_server.start()
        run.assert_consistent()
        assert run.status == "interrupted"
    assert {said["status"] for said in crew.work(run)} == {"completed"}
    run.assert_exactly_once()
