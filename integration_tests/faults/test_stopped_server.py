"""``pg_ctl stop -m immediate`` while a run is on its way, then the server starts again on the same data.

The server writes as in real life (``fsync = on``), and the engine commits asynchronously: a crash may lose
its last commits, but never a row's change without its record, or the other way round.
"""

import os

import pytest

from dbt_batch_ops.database import Server, find_binaries
from support.commands.dbt import Dbt
from support.database.database import Database
from support.engine.account_runs import Run, create_accounts, open_run
from support.engine.engine import Engine
from support.selection.matrices import turns


@pytest.fixture(scope="module")
def fragile_server():
    with Server(binaries=find_binaries(os.environ.get("DBT_BATCH_OPS_TEST_SERVER"))) as server:
        yield server


@pytest.fixture(scope="module")
def fragile_engine(fragile_server, _renderer):
    return Engine(Database(fragile_server.connection), _renderer)


@pytest.fixture
def fragile_dbt(fragile_server, project):
    """dbt on that server. It parses the project for it, so only what is about dbt asks for this."""
    return Dbt(project.folder, Database(fragile_server.connection).connection.environment)


@pytest.fixture
def accounts(fragile_server, fragile_engine):
    """A new database with accounts on a server that the test may stop."""
    fragile_server.start()
    database = Database(fragile_server.connection)
    database.recreate()
    fragile_engine.install()
    create_accounts(database, 30_000)
    return database


def crash(server):
    server.stop(immediately=True)
    server.start()


def test_the_server_really_writes_to_the_disk(accounts):
    assert accounts.row("select current_setting('fsync'), current_setting('synchronous_commit')") == (
        "on",
        "on",
    )


@turns(2, of_each_run=1)
def test_a_server_stopped_at_many_moments_changes_every_row_once(
    fragile_server, fragile_engine, accounts, start_worker, random, turn
):
    run = open_run(fragile_engine)
    for moment in sorted(random.sample(range(200), 5)):
        start_worker(run, slice_seconds=random.uniform(0.005, 0.1))
        start_worker(run, slice_seconds=random.uniform(0.005, 0.1))
        run.wait_for_batches(moment)
        crash(fragile_server)
        run.assert_true()
    fragile_engine.run("add_credit", run.arguments)
    run.assert_exactly_once()


def test_dbt_fails_when_the_server_is_stopped_and_can_be_resumed(
    fragile_server, fragile_dbt, accounts, random
):
    process = fragile_dbt.start_operation("add_credit")
    run = Run.opened(accounts)
    run.wait_for_batches(random.randrange(200))
    crash(fragile_server)
    assert fragile_dbt.finish(process, check=False).exit_code == 1
    fragile_dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()


def test_a_run_that_was_reported_completed_survives_the_stop_of_the_server(
    fragile_server, fragile_dbt, accounts
):
    fragile_dbt.run_operation("add_credit")
    crash(fragile_server)
    Run.newest(accounts).assert_exactly_once()


def test_deletes_are_recorded_once_when_the_server_is_stopped(
    fragile_server, fragile_engine, accounts, start_worker, random
):
    run = open_run(fragile_engine, "delete_closed")
    for moment in sorted(random.sample(range(60), 3)):
        start_worker(run, slice_seconds=0.01)
        run.wait_for_batches(moment)
        crash(fragile_server)
    fragile_engine.run("delete_closed", run.arguments)
    run.assert_completed()
    assert run.value("select sum(records) from batch_ops.batches where operation_id = %(run)s") == 10_000
    assert accounts.row("select count(*), count(*) filter (where closed) from account") == (20_000, 0)
