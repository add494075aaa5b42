"""What errors mean under each policy: limits, giving up, slow rows, errors of one kind, functions."""

import pytest

from support.database.sessions import terminate, wait_for_claim_lock
from support.engine.worker_groups import Crew
from support.faults.row_errors import passing, raising, slow
from support.selection.matrices import turns

FAILED_BATCHES = "select count(*) from batch_ops.batches where operation_id = %(run)s and status = 'failed'"


@pytest.fixture
def run(open_wares):
    """A run that updates wares and goes on after bad rows."""
    run = open_wares("update")
    run.change(error_handling="continue_on_error")
    return run


@pytest.fixture
def shared(open_shared):
    """The same for a crew."""
    run = open_shared("update")
    run.change(error_handling="continue_on_error")
    return run


def work(run, start_worker):
    run.join()
    last = start_worker(run, 0.05).wait()[-1]
    run.assert_consistent()
    return last


def work_together(run, crew):
    run.join()
    said = crew.work(run, 0.05)
    run.assert_consistent()
    # It is the run that ends, not each of them by itself.
    assert len({last["status"] for last in said}) == 1, said


@pytest.mark.parametrize(("limit", "status"), [(4, "failed"), (5, "completed_with_errors")])
def test_a_run_stops_when_more_rows_have_failed_than_max_errors(shared, crew, limit, status):
    shared.database.execute(raising("P0001", [27, 150, 151, 333, 500]).cause)
    shared.change(max_errors=limit)
    work_together(shared, crew)
    assert shared.status == status
    assert len(shared.failed_rows) == 5


def test_max_errors_is_a_limit_of_the_run_and_not_of_each_worker(shared, crew):
    """Every batch has one bad row: what is over the limit is a batch's failures for each worker at most."""
    shared.database.execute(raising("P0001", list(range(5, 601, 10))).cause)
    shared.change(max_errors=10)
    shared.make_batches_of(10)
    shared.join()
    # Slices that are long enough for all of it.
    assert {said["status"] for said in crew.work(shared, 60)} == {"failed"}
    shared.assert_consistent()
    assert 10 < len(shared.failed_rows) <= 10 + crew.size
    stopped = shared.value("select stop_reason from batch_ops.runs where operation_id = %(run)s")
    assert stopped.endswith("more than max_errors = 10")


def test_a_run_over_max_errors_goes_on_when_the_limit_is_raised(shared, crew):
    shared.database.execute(raising("P0001", [27, 150, 151, 333, 500]).cause)
    shared.change(max_errors=1)
    work_together(shared, crew)
    assert shared.status == "failed"
    assert len(shared.failed_rows) == 2 if crew.is_alone else len(shared.failed_rows) > 1
    shared.change(max_errors=10)
    work_together(shared, crew)
    assert (shared.status, len(shared.failed_rows)) == ("completed_with_errors", 5)


def test_failed_rows_of_a_run_over_max_errors_are_tried_again_once_mended(shared, crew):
    strike = raising("P0001", [27, 150, 151, 333, 500])
    shared.database.execute(strike.cause)
    shared.change(max_errors=1)
    work_together(shared, crew)
    shared.database.execute(strike.mended)
    assert shared.retry_failed()["status"] == "running"
    crew.work(shared)
    shared.assert_exactly_once()


def test_a_batch_is_given_up_after_max_retries_whoever_tried_it_and_the_run_fails(open_shared, crew):
    run = open_shared("update")
    run.change(max_retries=2)
    strike = raising("40001", [150])
    run.database.execute(strike.cause)
    work_together(run, crew)
    assert run.status == "failed"
    batch = run.batch_of(150)
    assert run.errors("kind, sqlstate, batch_number, attempts") == {
        ("retried", "40001", batch, 1),
        ("retried", "40001", batch, 2),
        ("batch", "40001", batch, 3),
    }
    run.database.execute(strike.mended)
    work_together(run, crew)
    run.assert_exactly_once()


@pytest.mark.parametrize(
    ("policy", "sqlstate"),
    [("stop_on_error", "P0001"), ("continue_on_error", "53100")],
    ids=["bad row", "disk full"],
)
def test_a_run_fails_when_a_worker_has_given_a_batch_up_and_dies_before_it_says_so(
    open_wares, start_worker, policy, sqlstate
):
    run, crew = open_wares("update"), Crew(start_worker, 2)
    run.change(error_handling=policy)
    strike = raising(sqlstate, [150])
    run.database.execute(strike.cause)
    with crew.caught_at(run, 150) as caught, run.database.session(autocommit=False) as claim_lock:
        claim_lock.cursor().execute("select batch_ops.lock_steps(%s)", [run.id])
        caught.gate.rollback()
        wait_for_claim_lock(run.database, caught.worker.backend)
        terminate(run.database, caught.worker.backend)
    assert (run.status, run.is_closed) == ("failed", False)
    run.database.execute(strike.mended)
    run.join()
    crew.work(run)
    run.assert_exactly_once()


def test_a_batch_that_is_given_up_is_left_out_by_a_run_that_goes_on(shared, crew):
    shared.change(max_retries=1)
    strike = raising("40001", [150])
    shared.database.execute(strike.cause)
    work_together(shared, crew)
    assert shared.status == "completed_with_errors"
    assert shared.value("select count(*) from applied where times = 0") == shared.batch_size
    assert shared.value("select error_count from batch_ops.runs where operation_id = %(run)s") == 1
    shared.database.execute(strike.mended)
    shared.retry_failed()
    crew.work(shared)
    shared.assert_exactly_once()


def test_a_batch_that_fails_for_a_while_counts_its_attempts(open_wares, start_worker):
    run = open_wares("update")
    run.database.execute(passing("40P01", [150], 2).cause)
    work(run, start_worker)
    assert run.value("select attempts from batch_ops.batches where batch_number = 8") == 2
    run.assert_exactly_once()


def test_bad_rows_in_a_batch_that_is_also_in_somebody_s_way_are_recorded_once(run, start_worker):
    bad, busy = raising("P0001", [143, 147, 158]), passing("40001", [150], 2)
    run.database.execute(bad.cause)
    run.database.execute(busy.cause.replace("strike", "strike_too").replace("strike_toos", "strikes"))
    work(run, start_worker)
    assert run.failed_rows == [(1, 143), (1, 147), (1, 158)]
    run.database.execute(bad.mended)
    run.retry_failed()
    start_worker(run).wait()
    run.assert_exactly_once()


def test_failed_rows_and_the_rest_of_a_failed_batch_are_tried_again_together(run, start_worker):
    run.change(max_retries=0)
    bad, busy = raising("P0001", [143]), raising("40001", [158])
    run.database.execute(bad.cause)
    run.database.execute(busy.cause.replace("strike", "strike_too"))
    work(run, start_worker)
    assert run.failed_rows == [(1, 143)]
    assert run.value(FAILED_BATCHES) == 1
    run.database.execute(bad.mended)
    run.database.execute("drop function strike_too() cascade")
    run.retry_failed()
    start_worker(run).wait()
    run.assert_exactly_once()


@pytest.fixture
def too_slow():
    """What makes one row alone slower than a batch may be."""
    return slow([150], 5)


def test_a_row_that_alone_takes_too_long_stops_the_run_and_those_before_it_are_done(
    open_wares, start_worker, too_slow
):
    run = open_wares("update")
    run.change(batch_timeout="0.1 seconds", max_retries=0)
    run.database.execute(too_slow.cause)
    work(run, start_worker)
    assert run.status == "failed"
    assert run.value("select times from applied where number = 149") == 1
    assert ("batch", "57014") in run.errors()
    run.database.execute(too_slow.mended)
    work(run, start_worker)
    run.assert_exactly_once()


def test_a_row_that_alone_takes_too_long_is_set_aside_and_those_behind_it_are_done(
    run, start_worker, too_slow
):
    run.change(batch_timeout="0.1 seconds", max_retries=0)
    run.database.execute(too_slow.cause)
    work(run, start_worker)
    assert (run.status, run.failed_rows) == ("completed_with_errors", [(1, 150)])
    assert ("row", "57014") in run.errors()
    run.database.execute(too_slow.mended)
    run.retry_failed()
    start_worker(run).wait()
    run.assert_exactly_once()


def test_many_bad_rows_that_together_take_too_long_are_found_piece_by_piece(run, start_worker):
    """Every row takes a while and every other one fails: no single attempt is slow, but the batch is."""
    run.change(batch_timeout="0.2 seconds")
    bad, sluggish = raising("P0001", list(range(141, 161, 2))), slow(list(range(121, 181)), 0.01)
    run.database.execute(sluggish.cause.replace("strike", "strike_too"))
    run.database.execute(bad.cause)
    assert work(run, start_worker).get("status") == "completed"
    assert run.failed_rows == [(1, number) for number in range(141, 161, 2)]
    run.database.execute(bad.mended)
    run.retry_failed()
    start_worker(run).wait()
    run.assert_exactly_once()


@pytest.mark.parametrize("numbers", [range(1, 601), range(201, 601)])
def test_three_batches_in_which_every_row_fails_for_one_reason_stop_the_run(shared, crew, numbers):
    strike = raising("P0001", list(numbers))
    shared.database.execute(strike.cause)
    work_together(shared, crew)
    assert shared.status == "failed"
    # Three batches of the one who noticed, and of each of the others.
    most = 3 * shared.batch_size
    assert most <= len(shared.failed_rows) <= most * crew.size
    reason = "every row of 3 batches in succession failed for the same reason (SQLSTATE P0001)"
    assert shared.value("select stop_reason from batch_ops.runs where operation_id = %(run)s") == reason
    shared.database.execute(strike.mended)
    shared.retry_failed()
    crew.work(shared)
    shared.assert_exactly_once()


def test_more_than_half_of_the_batches_without_a_good_row_stop_the_run(run, start_worker):
    """Two of three batches fail, never three in succession."""
    run.execute("update batch_ops.steps set batch_size = 7 where operation_id = %(run)s")
    run.database.execute(raising("P0001", [n for n in range(1, 601) if (n - 1) // 7 % 3 < 2]).cause)
    run.join()
    # It is looked for once a slice; these end with their first claim.
    start_worker(run, 0.001).wait()
    stopped = run.value("select stop_reason from batch_ops.runs where operation_id = %(run)s")
    assert run.status == "failed"
    assert "batches had no row that went well" in stopped
    assert 50 <= run.batch_count < 86


@turns(3, of_each_run=1)
def test_one_bad_row_in_a_hundred_stops_nothing(run, start_worker, random, turn):
    bad = sorted(random.sample(range(1, 601), 6))
    run.database.execute(raising("P0001", bad).cause)
    assert work(run, start_worker)["status"] == "completed"
    assert run.failed_rows == [(1, number) for number in bad]


@turns(4, of_each_run=1)
def test_any_bad_rows_are_found_whatever_kills_the_workers(run, start_worker, random, turn):
    """A killed search for bad rows neither applies a row twice nor forgets or repeats a bad one."""
    bad = sorted(random.sample(range(1, 601), 100))
    strike = raising("23514", bad)
    run.database.execute(strike.cause)
    run.change(max_errors=None)
    for _ in range(6):
        worker = start_worker(run, random.uniform(0.001, 0.05))
        run.wait_for_batches(min(run.batch_count + random.randrange(6), 29))
        worker.kill() if random.random() < 0.3 else run.value(
            "select pg_terminate_backend(%(pid)s)", pid=worker.backend
        )
    work(run, start_worker)
    assert run.failed_rows == [(1, number) for number in bad]
    run.database.execute(strike.mended)
    run.retry_failed()
    for _ in range(3):
        worker = start_worker(run, 0.001)
        run.value("select pg_terminate_backend(%(pid)s)", pid=worker.backend)
    work(run, start_worker)
    run.assert_exactly_once()


@pytest.mark.parametrize("policy", ["stop_on_error", "continue_on_error"])
def test_a_batch_that_fails_again_is_one_failure(open_wares, start_worker, policy):
    run = open_wares("update")
    run.change(max_retries=0, error_handling=policy)
    strike = raising("40001", [150])
    run.database.execute(strike.cause)
    work(run, start_worker)
    if policy == "stop_on_error":
        work(run, start_worker)
    else:
        run.retry_failed()
        start_worker(run).wait()
    assert run.value("select error_count from batch_ops.runs where operation_id = %(run)s") == 1


@pytest.mark.parametrize("policy", ["stop_on_error", "continue_on_error"])
def test_a_condition_that_fails_for_a_row_is_recorded_with_its_batch(
    engine, open_wares, start_worker, policy
):
    run = open_wares("update")
    database = run.database
    run = type(run)(database, engine.open("update_wares_of_a_weight")["operation_id"], run.kind)
    run.change(error_handling=policy)
    database.execute("update ware set weight = 'heavy' where number = 150")
    said = work(run, start_worker)
    assert said.get("status") in ("failed", "completed"), said
    assert [key for _, key in run.errors()] == ["22P02"]
    database.execute("update ware set weight = '1' where number = 150")
    work(run, start_worker) if policy == "stop_on_error" else run.retry_failed()
    start_worker(run).wait()
    run.assert_exactly_once()
