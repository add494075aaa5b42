"""Nothing is told that did not happen, or before it is durable; what has happened is told once."""

import json
from datetime import timedelta
from itertools import accumulate

import pytest

from support.database.sessions import wait_for_claim_lock, wait_for_row_lock
from support.faults.row_errors import raising
from support.notifications.notifications import events, notifications
from support.patience import wait_until
from support.selection.matrices import turns

_TOLD_TOO_MUCH = """
select notifications.payload
from batch_ops.notifications
where
    (notifications.payload ->> 'processed_records')::bigint > (
        select coalesce(sum(batches.records), 0) from batch_ops.batches
        where
            batches.operation_id = notifications.operation_id
            and batches.completed_at <= notifications.created_at
    )
"""


@pytest.fixture
def run(open_wares):
    """A run that updates wares, tells its progress every 50 rows, and its end."""
    run = open_wares("update")
    run.change(progress_notification_interval=50, notify_on_completion=True)
    return run


@pytest.fixture
def shared(open_shared):
    """The same for a crew; it goes on after bad rows, up to ten of them."""
    run = open_shared("update")
    run.change(
        progress_notification_interval=50,
        notify_on_completion=True,
        error_handling="continue_on_error",
        max_errors=10,
    )
    return run


def told_at(database):
    return [n.payload["processed_records"] for n in notifications(database) if n.event == "progress"]


def test_progress_is_told_when_the_interval_is_reached_and_not_before(run, start_worker):
    # A slice has 48 rows, so that a message comes a little after its interval.
    run.make_batches_of(3)
    run.join()
    slices = start_worker(run, 0).wait()
    expected, known = [], 0
    # The end of the run tells what the last slice has done.
    for records in accumulate(said["records"] for said in slices[:-1]):
        if records - known >= 50:
            expected.append(records)
            known = records - records % 50
    assert len(expected) > 1
    assert told_at(run.database) == expected


def test_progress_of_several_workers_says_no_more_than_what_is_committed(shared, crew):
    shared.join()
    crew.work(shared, 0)
    assert told_at(shared.database)
    assert shared.database.rows(_TOLD_TOO_MUCH) == []
    assert told_at(shared.database) == sorted(set(told_at(shared.database)))


@turns(5, of_each_run=1)
def test_killed_at_any_moment_it_has_told_no_more_than_what_is_committed(run, start_worker, random, turn):
    while not run.is_closed:
        run.join()
        worker = start_worker(run, 0)
        run.wait_for_batches(run.batch_count + random.randrange(1, 12))
        worker.kill()
        backend = worker.backend
        gone = "select count(*) = 0 from pg_stat_activity where pid = %(pid)s"
        run.execute("select pg_terminate_backend(%(pid)s)", pid=backend)
        wait_until(lambda: run.value(gone, pid=backend), "its session has ended")  # noqa: B023
    run.assert_exactly_once()
    assert run.database.rows(_TOLD_TOO_MUCH) == []
    ends = [n.payload for n in notifications(run.database) if n.event == "ended"]
    assert [(end["status"], end["processed_records"]) for end in ends] == [("completed", 600)]


def test_a_warning_comes_once_when_half_of_the_failures_are_reached(shared, crew):
    shared.database.execute(raising("P0001", [27, 150, 151, 333, 500, 555]).cause)
    shared.join()
    crew.work(shared, 0)
    told = notifications(shared.database)
    (warning,) = (n for n in told if n.event == "error_threshold")
    assert warning.payload["error_count"] >= 5
    assert "with more than 10 it stops" in warning.message
    assert told[-1].event == "ended"
    assert told[-1].payload["status"] == "completed_with_errors"


def test_whoever_ends_a_run_warns_before_of_what_others_have_met(run, start_worker):
    run.change(error_handling="continue_on_error", max_errors=10)
    run.make_batches_of(300)
    run.database.execute(raising("P0001", [1, 2, 3, 4, 5]).cause)
    run.join()
    with run.held_at(150) as latch:
        first = start_worker(run, 60)
        run.wait_at_latch()
        second = start_worker(run, 0)
        while not second.next_slice()["waiting_for"]:
            pass
        with run.database.session(autocommit=False) as gate, gate.cursor() as cursor:
            cursor.execute("select from batch_ops.runs where operation_id = %s for no key update", [run.id])
            wait_for_row_lock(run.database, sessions=2)
            latch.rollback()
            # The second ends the run before the first ends the slice that met all of them.
            wait_for_claim_lock(run.database, first.backend)
    first.wait()
    second.wait()
    assert events(run.database)[-2:] == ["error_threshold", "ended"]


def test_fewer_failures_than_half_are_no_warning(shared, crew):
    shared.database.execute(raising("P0001", [27, 150, 151, 333]).cause)
    shared.join()
    crew.work(shared, 0)
    assert "error_threshold" not in events(shared.database)


def test_the_end_of_a_run_of_several_workers_is_told_once(shared, crew):
    shared.join()
    crew.work(shared, 0.05)
    assert events(shared.database).count("ended") == 1


def test_the_end_of_a_run_that_failed_is_told_once_though_somebody_still_changes_rows(run, start_worker):
    run.make_batches_of(300)
    run.database.execute(raising("P0001", [450]).cause)
    run.join()
    with run.held_at(150):
        first = start_worker(run, 60)
        run.wait_at_latch()
        assert start_worker(run, 0).wait()[-1]["status"] == "failed"
        assert "ended" in events(run.database)
    assert first.wait()[-1]["records"] == 300
    assert events(run.database).count("ended") == 1


def test_a_pause_is_no_end(run, start_worker):
    run.join()
    with run.held_at(150):
        worker = start_worker(run, 0)
        run.wait_at_latch()
        run.pause()
    worker.wait()
    assert run.status == "paused"
    assert "ended" not in events(run.database)


def test_a_cancelled_run_tells_its_end_when_nobody_changes_rows_any_more(run, start_worker):
    run.join()
    with run.held_at(150):
        first = start_worker(run, 0)
        run.wait_at_latch()
        second = start_worker(run, 0, begins=False)
        run.cancel()
        second.begin()
        assert second.wait()[-1]["status"] == "cancelled"
        assert "ended" not in events(run.database)
    first.wait()
    (end,) = (n.payload for n in notifications(run.database) if n.event == "ended")
    assert (end["status"], end["processed_records"]) == (
        "cancelled",
        run.value("select processed_records from batch_ops.runs where operation_id = %(run)s"),
    )


def heard(listener, count):
    """What a session hears, as soon as it is so much; the server tells a moment after a commit."""

    def is_enough():
        listener.poll()
        return len(listener.notifies) >= count

    wait_until(is_enough, f"{count} messages are heard")
    return [note.payload for note in listener.notifies]


def test_a_listener_hears_of_it_when_it_is_committed(run, start_worker):
    with run.database.session() as listener, listener.cursor() as cursor:
        cursor.execute("listen batch_ops_notifications")
        run.join()
        start_worker(run, 0).wait()
        told = [notification.id for notification in notifications(run.database)]
        assert heard(listener, len(told)) == told


def test_nobody_hears_of_what_was_undone(run):
    with run.database.session() as listener, listener.cursor() as cursor:
        cursor.execute("listen batch_ops_notifications")
        with run.database.session(autocommit=False) as session, session.cursor() as undone:
            undone.execute("select batch_ops.announce(%s, 'progress', 1, 1)", [run.id])
            session.rollback()
        run.value("select batch_ops.announce(%(run)s, 'progress', 2, 1)")
        (told,) = notifications(run.database)
        assert heard(listener, 1) == [told.id]
    assert told.payload["processed_records"] == 2


def test_a_warning_that_was_told_is_not_heard_again(run):
    with run.database.session() as listener, listener.cursor() as cursor:
        cursor.execute("listen batch_ops_notifications")
        for event in ("error_threshold", "error_threshold", "progress"):
            run.value("select batch_ops.announce(%(run)s, %(event)s, 1, 1)", event=event)
        told = [notification.id for notification in notifications(run.database)]
        assert heard(listener, 2) == told
    assert events(run.database) == ["error_threshold", "progress"]


def test_messages_of_redacted_runs_hold_no_row(run, start_worker):
    run.change(redact=["weight"])
    run.database.execute(raising("P0001", [27]).cause)
    run.join()
    start_worker(run, 0).wait()
    told = json.dumps([n.payload for n in notifications(run.database)])
    assert "failed" in told
    assert "may not change" not in told


def test_an_attempt_that_was_given_up_for_a_lock_counts_as_waiting(run, start_worker):
    run.change(collect_metrics=True, lock_timeout="50 ms", max_retries=20)
    run.join()
    waited = """
        select extract(epoch from lock_wait) from batch_ops.batches
        where operation_id = %(run)s and attempts > 0
        """
    with run.database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from ware where number = 45 for update")
        worker = start_worker(run, 0)
        wait_for_row_lock(run.database)
        seconds = wait_until(lambda: run.database.rows(waited, {"run": run.id}), "an attempt was given up")
    worker.wait()
    assert seconds[0][0] >= 0.05
    # It was done in the end, and has waited all the same.
    assert run.value(
        "select max(lock_wait) from batch_ops.batches where status = 'completed' and operation_id = %(run)s"
    ) >= timedelta(seconds=0.05)
    run.assert_exactly_once()


@pytest.mark.parametrize(("sqlstate", "is_wait"), [("40P01", True), ("40001", False)])
def test_an_attempt_that_ended_in_a_deadlock_counts_as_waiting(run, start_worker, sqlstate, is_wait):
    run.change(collect_metrics=True)
    late = "(select true from pg_sleep(0.05)) and nextval('strikes') <= 1"
    run.database.execute(raising(sqlstate, [45], late).cause)
    run.join()
    start_worker(run, 0).wait()
    assert run.value("select sum(attempts) from batch_ops.batches where operation_id = %(run)s") > 0
    waited = run.value("select sum(lock_wait) from batch_ops.batches where operation_id = %(run)s")
    assert (waited >= timedelta(seconds=0.05)) is is_wait
