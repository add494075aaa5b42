"""The tests of the ledger raise no false alarm while runs work, fail, are mended, killed, paused."""

import pytest
from psycopg2.extras import Json

from support.database.sessions import terminate, wait_for_row_lock, wait_for_rows
from support.engine.worker_groups import SEVERAL, Crew
from support.faults.kinds_of_work import KINDS
from support.faults.row_errors import passing, raising
from support.monitoring.ledger_tests import LedgerTests

HEARTBEATS = "heartbeats_fresh"
CONSISTENCY = (
    "ranges_tile",
    "one_terminal_state_per_batch",
    "batch_rows_add_up",
    "failed_rows_are_recorded",
    "no_row_failed_and_changed",
    "errors_within_limits",
)
_JOINED = "select from batch_ops.workers where pid = %(pid)s"
NEVER = (*CONSISTENCY, HEARTBEATS, "runs_end_in_time", "finished_runs_have_no_live_worker")


@pytest.fixture(scope="session")
def ledger_tests(_dbt, _templates, _database):
    _database.recreate("template_with_accounts")
    return LedgerTests(_dbt)


@pytest.fixture
def looked_at(ledger_tests):
    """Look at a run again and again while workers are there, and so many times at least."""

    def looked_at(run, workers, least=0):
        looks = 0
        with run.database.session() as session:
            while looks < least or any(worker.is_running for worker in workers):
                for name in NEVER:
                    assert ledger_tests.findings(session, name) == [], (name, looks)
                looks += 1

    return looked_at


@pytest.fixture
def consistent(ledger_tests):
    """Look at a run once."""

    def consistent(run):
        with run.database.session() as session:
            assert {name: found for name in NEVER if (found := ledger_tests.findings(session, name))} == {}

    return consistent


@pytest.fixture
def joined_worker(start_worker):
    """Start a worker, and let it join; before, a run that was opened a minute ago is an interrupted one."""

    def joined_worker(run):
        worker = start_worker(run, 0.01)
        wait_for_rows(run.database, _JOINED, {"pid": worker.backend}, "it has joined")
        return worker

    return joined_worker


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_found_while_a_crew_works(open_wares, start_worker, looked_at, kind):
    run = open_wares(kind)
    crew = Crew(start_worker, SEVERAL)
    run.make_batches_of(crew.batch_size)
    with run.held_at(150):
        workers = crew.start(run, 0.01)
        run.wait_at_latch()
        looked_at(run, [], least=5)
    looked_at(run, workers)
    looked_at(run, [], least=1)
    run.assert_exactly_once()


def test_nothing_is_found_while_rows_fail_are_mended_and_tried_again(
    open_wares, start_worker, joined_worker, looked_at
):
    run = open_wares("update")
    run.change(error_handling="continue_on_error", max_errors=50, max_retries=2)
    strike = raising("23514", [7, 8, 150, 333, 600])
    run.database.execute(strike.cause)
    with run.held_at(450):
        worker = start_worker(run, 0.01)
        run.wait_at_latch()
        looked_at(run, [], least=3)
    looked_at(run, [worker])
    assert run.status == "completed_with_errors"
    looked_at(run, [], least=1)
    run.database.execute(strike.mended)
    run.retry_failed()
    looked_at(run, [], least=1)
    looked_at(run, [joined_worker(run)])
    looked_at(run, [], least=1)
    run.assert_exactly_once()


@pytest.mark.parametrize("sqlstate", ["40001", "55P03"])
def test_nothing_is_found_while_batches_wait_for_their_next_attempt(
    open_wares, joined_worker, looked_at, sqlstate
):
    run = open_wares("insert")
    run.database.execute(passing(sqlstate, [150, 151, 450], 6).cause)
    looked_at(run, [joined_worker(run)])
    looked_at(run, [], least=1)
    run.assert_exactly_once()


@pytest.mark.parametrize("policy", ["stop_on_error", "continue_on_error"])
def test_nothing_is_found_when_a_limit_ends_a_run(open_wares, joined_worker, looked_at, policy):
    run = open_wares("update")
    run.change(error_handling=policy, max_errors=3)
    run.database.execute(raising("23514", list(range(100, 120))).cause)
    looked_at(run, [joined_worker(run)])
    assert run.status == "failed"
    looked_at(run, [], least=1)


@pytest.mark.parametrize("ending", ["batch_ops.pause", "batch_ops.cancel"])
def test_nothing_is_found_when_a_run_is_paused_or_cancelled(open_wares, start_worker, looked_at, ending):
    run = open_wares("steps")
    with run.held_at(450):
        worker = start_worker(run, 0.01)
        run.wait_at_latch()
        run.value(f"select {ending}(%(run)s)")
        looked_at(run, [], least=2)
    looked_at(run, [worker])
    looked_at(run, [], least=1)


def test_nothing_is_found_while_runs_are_purged(open_wares, start_worker, looked_at):
    run = open_wares("update")
    start_worker(run).wait()
    with run.database.session() as session, session.cursor() as cursor:
        cursor.execute("select batch_ops.begin_purge('0 s', 0)")
        (state,) = cursor.fetchone()
        while not state["done"]:
            cursor.execute("select batch_ops.purge_next(%s, 0)", [Json(state)])
            (state,) = cursor.fetchone()
            looked_at(run, [], least=1)
    assert run.database.value("select count(*) from batch_ops.batches") == 0


def test_a_killed_run_is_found_to_be_interrupted_until_somebody_goes_on_with_it(
    open_wares, start_worker, ledger_tests, consistent
):
    run = open_wares("update")
    with run.held_at(450):
        worker = start_worker(run)
        backend = run.wait_at_latch()
        consistent(run)
        worker.kill()
        terminate(run.database, backend)
        # A moment after a kill it may be that somebody is about to go on.
        consistent(run)
        run.claim_again_after("0 s")
        with run.database.session() as session:
            (found,) = ledger_tests.findings(session, HEARTBEATS)
        assert (found["operation_id"], found["level"]) == (run.id, "error")
        assert "it is interrupted" in found["problem"]
        next_one = start_worker(run)
        wait_for_row_lock(run.database)
        consistent(run)
    next_one.wait()
    consistent(run)
    run.assert_exactly_once()


def test_a_run_that_is_undone_as_a_whole_leaves_nothing_to_be_found(dbt, open_wares, consistent):
    run = open_wares("update")
    run.database.execute("truncate batch_ops.runs cascade; truncate batch_ops.batches")
    run.database.execute(raising("23514", [333]).cause)
    dbt.run_operation(run.kind.in_one_transaction, check=False)
    assert run.database.value("select count(*) from batch_ops.errors") > 0
    consistent(run)
