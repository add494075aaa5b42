"""Rows that come and go while a run is on its way, and deletes."""

import threading

import pytest

from support.database.sessions import wait_for_rows
from support.engine.account_runs import Run, open_run
from support.selection.matrices import turns

DELETED = "select sum(records) from batch_ops.batches where operation_id = %(run)s"

FIRST_BATCH = """
select from batch_ops.batches where operation_id = %(run)s and batch_number = 1 and status = 'completed'
"""


@turns(2, of_each_run=1)
def test_a_killed_delete_deletes_and_records_every_row_once(
    engine, dbt, database, start_worker, random, turn
):
    run = open_run(engine, "delete_closed")
    for moment in sorted(random.sample(range(80), 12)):
        worker = start_worker(run, slice_seconds=0.01)
        run.wait_for_batches(moment)
        worker.kill()
    dbt.run_operation("delete_closed", run.arguments)
    run.assert_completed()
    assert run.value(DELETED) == 10_000
    assert database.row("select count(*), count(*) filter (where closed) from account") == (20_000, 0)


@pytest.fixture
def busy(_database):
    """Let others do something to the table, again and again, until the block ends."""

    class Busy:
        def __init__(self, sql, numbers):
            self.sql, self.numbers, self.done = sql, iter(numbers), threading.Event()
            self.thread = threading.Thread(target=self._run)

        def _run(self):
            with _database.session() as session, session.cursor() as cursor:
                for number in self.numbers:
                    if self.done.is_set():
                        break
                    cursor.execute(self.sql, [number])

        def __enter__(self):
            self.thread.start()

        def __exit__(self, *_):
            self.done.set()
            self.thread.join()

    return Busy


def kill_and_finish(run, start_worker, random):
    for moment in sorted(random.sample(range(150), 5)):
        worker = start_worker(run, slice_seconds=0.02)
        run.wait_for_batches(moment)
        worker.kill()
    start_worker(run).wait()


def test_rows_inserted_in_gaps_while_a_run_is_killed_are_changed_once_or_not_at_all(
    engine, database, start_worker, random, busy
):
    database.execute("delete from account where mod(id, 5) = 0")
    run = open_run(engine)
    gaps = random.sample(range(5, 30_000, 5), 5_000)
    with busy("insert into account values (%s, 0, false)", gaps):
        kill_and_finish(run, start_worker, random)
    assert run.value("select count(*) from account where mod(id, 5) <> 0 and credits <> 1") == 0
    run.assert_true()
    run.assert_completed()


def test_rows_inserted_behind_the_frozen_bound_are_left_alone(run, start_worker, random, busy):
    with busy("insert into account values (%s, 0, false)", range(30_001, 60_000)):
        kill_and_finish(run, start_worker, random)
    assert run.value("select count(*) from account where (credits = 1) is distinct from (id <= 30000)") == 0
    run.assert_completed()


def test_rows_inserted_before_the_first_are_left_alone_once_it_is_done(run, start_worker):
    worker = start_worker(run)
    wait_for_rows(run.database, FIRST_BATCH, {"run": run.id}, "the first batch is completed")
    run.execute("insert into account values (-1, 0, false)")
    worker.wait()
    assert run.value("select sum(credits) from account") == 30_000
    run.assert_completed()


def test_rows_deleted_while_a_run_is_killed_do_not_disturb_it(run, start_worker, random, busy):
    with busy("delete from account where id = %s", random.sample(range(1, 30_000), 5_000)):
        kill_and_finish(run, start_worker, random)
    assert run.value("select count(*) from account where credits <> 1") == 0
    run.assert_completed()


def test_the_last_row_may_be_deleted_while_a_run_is_on_its_way(engine, dbt, database):
    run = open_run(engine)
    database.execute("delete from account where id > 29000")
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()
    assert Run.newest(database).id == run.id
