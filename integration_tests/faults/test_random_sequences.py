"""Whatever happens to a run, in whatever order: random sequences of faults against a small model of a run."""

import os
import signal
import time
from contextlib import suppress

import pytest

from support.database.sessions import terminate
from support.selection.matrices import turns

BAD = """
alter table account add constraint unlucky
check (credits = 0 or id not between %(first)s and %(last)s) not valid
"""
IS_THERE = "select exists (select from pg_stat_activity where pid = %(pid)s)"


class Sequence:
    """A run, the workers on it, and what is known of it: whether somebody cancelled it."""

    def __init__(self, run, start_worker, random):
        self.run, self.start_worker, self.random = run, start_worker, random
        self.workers, self.frozen, self.is_cancelled = [], set(), False

    def work(self):
        self.workers.append(self.start_worker(self.run, self.random.choice([0.001, 0.01, 0.1])))

    def pause(self):
        time.sleep(self.random.uniform(0, 0.03))

    def kill(self):
        if self.workers:
            self.random.choice(self.workers).kill()

    def terminate(self):
        self.thaw()
        if self.workers:
            terminate(self.run.database, self.random.choice(self.workers).backend)

    def freeze(self):
        for worker in self.random.sample(self.workers, min(1, len(self.workers))):
            if self.run.value(IS_THERE, pid=worker.backend):
                # It may end in this very moment, and what has ended cannot be frozen.
                with suppress(ProcessLookupError):
                    os.kill(worker.backend, signal.SIGSTOP)
                    self.frozen.add(worker.backend)

    def thaw(self):
        while self.frozen:
            # One that had ended, but was not yet cleared away, took the signal and is gone by now.
            with suppress(ProcessLookupError):
                os.kill(self.frozen.pop(), signal.SIGCONT)

    def change_patience(self):
        self.thaw()
        self.run.claim_again_after(self.random.choice(["0", "0.05 seconds", "1 hour"]))

    def resume(self):
        self.thaw()
        answer = self.run.join()
        if answer["status"] == "refused":
            assert self.is_cancelled, answer["reason"]
        else:
            assert answer["is_closed"] or not self.is_cancelled
        self.work()

    def cancel(self):
        self.thaw()
        self.run.cancel()
        self.is_cancelled = True

    def end(self):
        """Let everybody finish; one more worker sees the run to its end."""
        self.resume()
        for worker in self.workers:
            worker.wait()
        if self.is_cancelled and not self.run.is_closed:
            self.cancel()


class SequenceWithErrors(Sequence):
    """The same for a run that goes on after errors, while rows become bad and good again."""

    def break_rows(self):
        self.mend()
        first = self.random.randrange(30_000)
        last = first + self.random.choice([0, 5, 150])
        self.run.execute(BAD, first=first, last=last)

    def mend(self):
        self.thaw()
        self.run.execute("alter table account drop constraint if exists unlucky")

    def ask_for_a_pause(self):
        self.thaw()
        self.run.pause()

    def take_the_pause_back(self):
        self.thaw()
        self.run.resume()

    def retry(self):
        self.thaw()
        if self.run.retry_failed()["status"] != "refused":
            self.work()

    def end(self):
        """Mend everything and let everybody finish; to try once more what has failed is enough."""
        self.mend()
        for worker in self.workers:
            worker.wait()
        self.retry()
        super().end()


FAULTS = ["work", "kill", "terminate", "freeze", "thaw", "change_patience", "resume"]


ERRORS = ["break_rows", "mend", "ask_for_a_pause", "take_the_pause_back", "retry"]


@pytest.fixture
def sequence(run, start_worker, random):
    sequence = Sequence(run, start_worker, random)
    yield sequence
    sequence.thaw()


@turns(25, of_each_run=4)
def test_any_sequence_of_faults_changes_every_row_once(sequence, random, turn):
    for fault in random.choices(FAULTS, k=15):
        getattr(sequence, fault)()
        sequence.pause()
    sequence.end()
    sequence.run.assert_exactly_once()


@turns(15, of_each_run=2)
def test_any_sequence_of_faults_and_errors_changes_every_row_once(run, start_worker, random, turn):
    run.execute(
        "update batch_ops.runs set error_handling = 'continue_on_error', max_errors = 20, max_retries = 5 "
        "where operation_id = %(run)s"
    )
    sequence = SequenceWithErrors(run, start_worker, random)
    try:
        for fault in random.choices(FAULTS + ERRORS, k=20):
            getattr(sequence, fault)()
            sequence.pause()
        sequence.end()
    finally:
        sequence.thaw()
    run.assert_exactly_once()
    assert run.value("select batch_ops.count_errors(%(run)s)") == 0


@turns(10, of_each_run=2)
def test_any_sequence_of_faults_with_a_cancel_in_it_leaves_a_true_ledger(sequence, random, turn):
    faults = random.choices(FAULTS, k=10)
    faults.insert(random.randrange(2, 10), "cancel")
    for fault in faults:
        getattr(sequence, fault)()
        sequence.pause()
    sequence.end()
    run = sequence.run
    assert (run.status, run.is_closed) in {("cancelled", True), ("completed", True)}
    run.assert_true()
    run.assert_figures()
