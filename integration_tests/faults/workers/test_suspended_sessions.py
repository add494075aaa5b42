"""SIGSTOP for the session that works on a run, as happens on a frozen or moved machine; SIGCONT later."""

import os
import signal
from contextlib import contextmanager

from support.database.sessions import suspended, suspended_before_apply, terminate, wait_for_row_lock
from support.selection.matrices import turns

OWN_BATCHES = """
select count(*) from batch_ops.batches inner join batch_ops.workers using (worker_id)
where batches.operation_id = %(run)s and batches.status = 'completed' and workers.pid = %(pid)s
"""
CLAIMED = """
select count(*) from batch_ops.batches inner join batch_ops.workers using (worker_id)
where batches.operation_id = %(run)s and batches.status = 'claimed' and workers.pid = %(pid)s
"""
TAKE_OVER = "select batch_ops.claim_abandoned(%(run)s, 1, batch_ops.register_worker(%(run)s), 16, false)"


@turns(4, of_each_run=1)
def test_a_session_stopped_between_claim_and_apply_changes_nothing_when_others_have_done_its_work(
    run, start_worker, random, turn
):
    run.claim_again_after("0")
    with suspended_before_apply(
        run.database, lambda: start_worker(run, 60), sought=lambda: random.random() < 0.1
    ) as late:
        before = run.value(OWN_BATCHES, pid=late.backend)
        assert start_worker(run).wait()[-1]["status"] == "completed"
    (ended,) = late.wait()
    assert (ended["status"], ended["batches"]) == ("completed", before)
    run.assert_exactly_once()


def test_a_session_stopped_between_claim_and_apply_changes_nothing_when_another_has_taken_its_claim(
    run, start_worker
):
    """The taker has not applied it yet, so that the claim's number alone tells whose the batch is."""
    with suspended_before_apply(run.database, lambda: start_worker(run, 60)) as late:
        # It may have done a batch or two before it was caught in front of the next.
        before = run.value(OWN_BATCHES, pid=late.backend)
        held = run.value(CLAIMED, pid=late.backend)
        assert 0 < held <= 16
        helper = start_worker(run)
        run.wait_for_batches(300 - held)
        terminate(run.database, helper.backend)
        with run.database.session() as taker, taker.cursor() as cursor:
            run.claim_again_after("0")
            cursor.execute(TAKE_OVER, {"run": run.id})
            run.claim_again_after("1 hour")
            os.kill(late.backend, signal.SIGCONT)
            assert late.next_slice()["batches"] == before
    late.wait()
    run.assert_exactly_once()


def test_dbt_finishes_the_work_of_a_session_stopped_between_claim_and_apply(dbt, run, start_worker):
    run.claim_again_after("0.2 seconds")
    with suspended_before_apply(run.database, lambda: start_worker(run, 60)) as late:
        dbt.run_operation("add_credit", run.arguments)
        run.assert_exactly_once()
    late.wait()
    run.assert_exactly_once()


@contextmanager
def stopped_in_a_batch(run, start_worker):
    """A worker that has changed rows of one batch, not yet committed, and does not go on."""
    run.claim_again_after("0.2 seconds")
    with run.database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 15050 for update")
        worker = start_worker(run, slice_seconds=60)
        assert wait_for_row_lock(run.database) == worker.backend
        with suspended(worker.backend):
            gate.rollback()
            yield worker


def test_a_session_stopped_in_a_batch_keeps_it_and_others_do_the_rest(run, start_worker):
    with stopped_in_a_batch(run, start_worker):
        start_worker(run).wait()
        assert run.batch_count == 299
        run.assert_true()


def test_a_run_that_waits_for_a_stopped_session_ends_blocked(run, start_worker):
    with stopped_in_a_batch(run, start_worker):
        assert start_worker(run).wait()[-1]["status"] == "blocked"
        assert run.status == "blocked"
        assert not run.is_closed


def test_a_blocked_run_fails_the_command_and_names_the_process(dbt, run, start_worker):
    with stopped_in_a_batch(run, start_worker) as worker:
        result = dbt.run_operation("add_credit", run.arguments, check=False)
        assert result.exit_code == 1
        assert f"batch 151 is held by process {worker.backend}" in result.output


def test_a_blocked_run_completes_when_the_session_goes_on(dbt, run, start_worker):
    with stopped_in_a_batch(run, start_worker) as worker:
        start_worker(run).wait()
    worker.wait()
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()


def test_a_resume_waits_for_a_session_that_goes_on_in_time(dbt, run, start_worker):
    with stopped_in_a_batch(run, start_worker):
        run.claim_again_after("1 hour")
        process = dbt.start_operation("add_credit", run.arguments)
        process.wait_for("waiting for batch 151")
    dbt.finish(process)
    run.assert_exactly_once()


def test_a_blocked_run_completes_when_the_session_is_terminated_as_the_message_says(dbt, run, start_worker):
    run.claim_again_after("0.2 seconds")
    with run.database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 15050 for update")
        worker = start_worker(run, slice_seconds=60)
        wait_for_row_lock(run.database)
        start_worker(run).wait()
        terminate(run.database, worker.backend)
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()
