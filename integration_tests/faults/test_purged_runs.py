"""``dbt_batch_ops.purge``: killed, twice at once, and beside what it must not touch."""

from contextlib import contextmanager

import pytest

from support.database.sessions import kill_dbt, terminate, wait_for_row_lock, wait_for_table_lock
from support.engine import ledger
from support.engine.account_runs import Run, open_run
from support.engine.purges import Purge, add_run, is_empty, purge, purged, run_ids, stage
from support.engine.statements import work
from support.patience import wait_until
from support.selection.matrices import turns

READS = """
select operation_id::text, status, batch_count, processed_records, total_records, error_count
from batch_ops.run_overview order by started_at
"""


_LEFTOVER_BATCHES = """
select count(*) from batch_ops.batches
where operation_id not in (select operation_id from batch_ops.runs)
"""


@pytest.fixture
def old_runs(database):
    """Twenty closed runs with batches, errors and a staged table each."""
    for number in range(20):
        stage(
            database,
            add_run(database, f"operation_{number % 3}", f"{100 + number} days", batches=500, errors=3),
        )
    return database


@contextmanager
def batches_locked(database):
    """Let nobody delete a batch within the block."""
    with database.session(autocommit=False) as gate:
        gate.cursor().execute("lock table batch_ops.batches in exclusive mode")
        yield
        gate.rollback()


class TestKilled:
    def test_between_a_run_and_its_batches_nobody_sees_half_a_run(self, old_runs):
        before = old_runs.rows(READS)
        with batches_locked(old_runs):
            killed = Purge(old_runs, keep=0)
            wait_for_table_lock(old_runs, "batch_ops.batches")
            terminate(old_runs, killed.pid)
        assert killed.wait() is None
        assert old_runs.rows(READS) == before[1:]
        assert old_runs.value(_LEFTOVER_BATCHES) == 500

    def test_between_a_run_and_its_batches_the_next_one_finds_them_whatever_its_limits(self, old_runs):
        with batches_locked(old_runs):
            killed = Purge(old_runs, keep=0)
            wait_for_table_lock(old_runs, "batch_ops.batches")
            terminate(old_runs, killed.pid)
        assert killed.wait() is None
        assert purge(old_runs, "1000 days")["operations"][""]["batches"] == 500
        assert old_runs.value("select count(*) from batch_ops.batches") == 19 * 500

    @turns(3, of_each_run=1)
    def test_at_many_moments_it_is_simply_repeated(self, old_runs, random, turn):
        for left in sorted(random.sample(range(20), 6), reverse=True):
            running = Purge(old_runs, keep=0)
            wait_until(
                lambda: not running.is_running or len(run_ids(old_runs)) <= left,  # noqa: B023
                f"{left} runs are left",
            )
            terminate(old_runs, running.pid)
            running.wait()
            for operation_id, batches in old_runs.rows(
                "select operation_id, count(*) from batch_ops.runs inner join batch_ops.batches "
                "using (operation_id) group by 1"
            ):
                assert batches == 500, operation_id
        purge(old_runs, keep=0)
        assert is_empty(old_runs)

    def test_with_its_dbt_it_is_simply_repeated(self, dbt, old_runs):
        with batches_locked(old_runs):
            process = dbt.start_operation("dbt_batch_ops.purge", {"keep": 0})
            (backend,) = wait_for_table_lock(old_runs, "batch_ops.batches")
            kill_dbt(process)
            terminate(old_runs, backend)
        assert len(run_ids(old_runs)) == 19
        dbt.run_operation("dbt_batch_ops.purge", {"keep": 0})
        assert is_empty(old_runs)

    def test_in_the_middle_of_a_run_of_many_batches_the_rest_goes_next_time(self, database):
        add_run(database, batches=200_000)
        running = Purge(database, keep=0)
        remaining = "select count(*) from batch_ops.batches"
        wait_until(lambda: database.value(remaining) < 200_000, "a chunk is gone")
        terminate(database, running.pid)
        running.wait()
        assert database.value(remaining) % 50_000 == 0, "a chunk went in part"
        purge(database, keep=0)
        assert is_empty(database)


class TestTwoAtOnce:
    @pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
    def test_they_share_the_work_and_tell_together_what_went(self, old_runs, isolation):
        old_runs.execute(f"alter database test set default_transaction_isolation = '{isolation}'")
        with batches_locked(old_runs):
            both = [Purge(old_runs, keep=0) for _ in range(2)]
            wait_for_table_lock(old_runs, "batch_ops.batches", sessions=2)
            assert len(run_ids(old_runs)) == 18, "they took the same run"
        said = [one.wait() for one in both]
        assert is_empty(old_runs)
        assert purged(said, "runs") == 20
        assert purged(said, "batches") == 20 * 500
        assert purged(said, "errors") == 20 * 3
        assert purged(said, "tables") == 20

    def test_one_that_hangs_with_a_run_does_not_keep_the_other_waiting(self, old_runs):
        oldest = run_ids(old_runs)[0]
        with old_runs.session(autocommit=False) as hanging:
            hanging.cursor().execute(
                "select batch_ops.purge_run(operation_id, closed_at) from batch_ops.runs "
                "where operation_id = %s",
                [oldest],
            )
            assert purge(old_runs, keep=0)["done"]
            assert run_ids(old_runs) == [oldest]
        assert purge(old_runs, keep=0)["operations"]["operation_1"]["runs"] == 1
        assert is_empty(old_runs)

    def test_one_that_hangs_with_batches_does_not_keep_the_other_waiting_or_going_in_circles(self, database):
        operation_id = add_run(database)
        database.execute("delete from batch_ops.runs")
        with database.session(autocommit=False) as hanging:
            hanging.cursor().execute("select batch_ops.purge_batches(%s, null)", [operation_id])
            assert purge(database, keep=0)["operations"] == {}
        assert purge(database, keep=0)["operations"] == {"": {"batches": 3}}


class TestBesideRuns:
    def test_a_live_run_is_left_alone_and_changes_every_row_once(self, dbt, old_runs):
        with old_runs.session(autocommit=False) as gate:
            gate.cursor().execute("select from account where id = 10050 for update")
            process = dbt.start_operation("add_credit")
            wait_for_row_lock(old_runs)
            dbt.run_operation("dbt_batch_ops.purge", {"keep": 0, "older_than": "0 days"})
            (live,) = run_ids(old_runs)
            gate.rollback()
        dbt.finish(process)
        Run(old_runs, live).assert_exactly_once()

    @turns(3, of_each_run=1)
    def test_purges_beside_several_workers_on_staged_keys_take_nothing_of_theirs(
        self, engine, database, start_worker, random, turn
    ):
        run = open_run(engine, "add_credit_to_listed", {"ids": list(range(1, 15_001))})
        workers = [start_worker(run, random.uniform(0.005, 0.1)) for _ in range(2)]
        while not run.is_closed:
            for _ in range(3):
                stage(database, add_run(database, batches=200))
            purge(database, "90 days")
        for worker in workers:
            assert worker.wait()[-1]["status"] == "completed"
        assert database.rows("select credits, count(*) from account where id <= 15000 group by 1") == [
            (1, 15_000)
        ]
        run.assert_figures()
        run.assert_completed()

    def test_a_closed_run_stays_while_a_second_worker_has_yet_to_learn_that(self, run):
        database = run.database
        with database.session() as late:
            assert work(late, run.id)["status"] == "running"
            with database.session() as first:
                assert work(first, run.id, seconds=60)["status"] == "completed"
            assert run.is_closed
            assert purge(database, keep=0)["operations"] == {}
            assert database.value("select batch_ops.purge_overview(null, 0)")["operations"] == {}
            assert work(late, run.id)["status"] == "completed"
        assert purge(database, keep=0)["operations"]["add_credit"]["runs"] == 1
        assert is_empty(database)

    def test_an_unfinished_run_stays_with_all_of_it_and_goes_on(self, dbt, run):
        before = ledger.contents(run.database)
        dbt.run_operation("dbt_batch_ops.purge", {"keep": 0})
        assert ledger.contents(run.database) == before
        dbt.run_operation("add_credit", run.arguments)
        run.assert_exactly_once()

    def test_a_run_that_is_opened_again_meanwhile_stays(self, database):
        operation_id = add_run(database)
        with database.session(autocommit=False) as session:
            session.cursor().execute("update batch_ops.runs set closed_at = null, status = 'running'")
            assert purge(database, keep=0)["operations"] == {}
            session.commit()
        assert purge(database, keep=0)["operations"] == {}
        assert run_ids(database) == [operation_id]
        assert database.value("select count(*) from batch_ops.batches") == 3

    def test_a_run_that_was_opened_and_closed_again_since_the_purge_began_stays(self, database):
        add_run(database, age="200 days")
        again = add_run(database, age="100 days")
        with batches_locked(database):
            running = Purge(database, keep=0)
            wait_for_table_lock(database, "batch_ops.batches")
            database.execute("update batch_ops.runs set closed_at = now()")
        assert purged([running.wait()], "runs") == 1
        assert run_ids(database) == [again]

    def test_a_run_that_is_being_opened_keeps_what_it_has_staged(self, dbt, database, start_worker):
        with database.session(autocommit=False) as gate:
            gate.cursor().execute("lock table batch_ops.steps in share mode")
            process = dbt.start_operation("add_credit_to_listed", {"ids": [1, 2, 3]})
            wait_for_table_lock(database, "batch_ops.steps")
            assert purge(database, keep=0)["operations"] == {}
            gate.rollback()
        dbt.finish(process)
        assert database.value("select sum(credits) from account") == 3
