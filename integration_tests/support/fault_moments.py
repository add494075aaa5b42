"""Faults as they happen to a run on ``ware`` that a worker works on, and what they leave behind.

The worker waits at a latch in the middle of its eighth batch, with some of its rows changed and others not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.sessions import (
    suspended,
    suspended_before_apply,
    terminate,
    wait_for_rows,
    wait_until,
    wait_until_gone,
)
from support.strikes import Strike, passing, raising, slow
from support.wares import WareRun
from support.workers import Worker

Start = Callable[..., Worker]

_RETRIED = "select from batch_ops.errors where operation_id = %(run)s and kind = 'retried'"


@dataclass(frozen=True)
class Fault:
    """A fault, and how it leaves a run.

    Attributes:
        name: What it is called.
        strike: Works on a run until the fault has ended that, or was got over; what the worker said last.
        status: What the run is then.
        errors: Kind and SQLSTATE of all that is recorded.
        mended: SQL that takes its cause away.
    """

    name: str
    strike: Callable[[WareRun, Start], Any]
    status: str
    errors: frozenset[tuple[str, str]] = frozenset()
    mended: str = ""


def _kill(run: WareRun, start: Start) -> None:
    for number in (150, 450):
        with run.held_at(number):
            worker = start(run, 0.001)
            run.wait_at_latch()
            worker.kill()
        wait_until_gone(run.database, worker.backend)


def _terminate(run: WareRun, start: Start) -> None:
    for number in (150, 450):
        with run.held_at(number):
            start(run, 60)
            terminate(run.database, run.wait_at_latch())


def _cancel(run: WareRun, start: Start) -> None:
    with run.held_at(150):
        worker = start(run, 60)
        run.value("select pg_cancel_backend(%(pid)s)", pid=run.wait_at_latch())
        assert worker.wait()[-1]["interrupted"]


def _deadlock(run: WareRun, start: Start) -> None:
    run.database.execute("alter database test set deadlock_timeout = '100ms'")
    with run.held_at(155) as other, other.cursor() as cursor:
        # Who asks last for a lock would be the one to find the deadlock.
        cursor.execute("set deadlock_timeout = '1min'")
        worker = start(run, 60)
        run.wait_at_latch()
        cursor.execute("select from latch where number = 145 for update")
        other.rollback()
        worker.wait()


def _lock_timeout(run: WareRun, start: Start) -> None:
    run.change(lock_timeout="20 milliseconds")
    with run.held_at(150):
        worker = start(run, 0.1)
        wait_for_rows(run.database, _RETRIED, {"run": run.id}, "a batch is to be tried again")
    worker.wait()


def _statement_timeout(run: WareRun, start: Start) -> None:
    # Twenty rows need a second, ten a half, and five are done within the limit.
    run.change(batch_timeout="0.35 seconds")
    run.database.execute(slow(list(range(141, 161)), 0.05).cause)
    start(run, 0.05).wait()


def _in_database(strike: Strike) -> Callable[[WareRun, Start], None]:
    def work(run: WareRun, start: Start) -> None:
        run.database.execute(strike.cause)
        start(run, 0.05).wait()

    return work


def _suspend_before_apply(run: WareRun, start: Start) -> None:
    run.change(claim_timeout="0")
    with suspended_before_apply(run.database, lambda: start(run, 60)) as late:
        start(run).wait()
        run.assert_exactly_once()
    late.wait()


def _suspend_in_batch(run: WareRun, start: Start) -> None:
    run.change(claim_timeout="0.2 seconds")
    with run.held_at(150) as gate:
        late = start(run, 60)
        run.wait_at_latch()
        with suspended(late.backend):
            gate.rollback()
            assert start(run).wait()[-1]["status"] == "blocked"
            run.assert_consistent()
    late.wait()


def _lock_ledger(run: WareRun, start: Start) -> None:
    with run.held_at(150) as latch, run.database.session(autocommit=False) as ledger:
        worker = start(run, 0.01)
        run.wait_at_latch()
        with ledger.cursor() as cursor:
            cursor.execute(
                "lock table batch_ops.errors, batch_ops.steps, batch_ops.runs in access exclusive mode"
            )
        latch.rollback()
        wait_until(
            lambda: run.value(
                "select count(*) > 0 from pg_locks where not granted and pid = %(pid)s", pid=worker.backend
            ),
            "the worker waits for the ledger",
        )
        ledger.rollback()
    worker.wait()


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("client killed", _kill, "interrupted"),
        Fault("session terminated", _terminate, "interrupted"),
        Fault("query cancelled", _cancel, "interrupted"),
        Fault("deadlock", _deadlock, "completed", frozenset({("retried", "40P01")})),
        Fault("lock timeout", _lock_timeout, "completed", frozenset({("retried", "55P03")})),
        Fault("statement timeout", _statement_timeout, "completed", frozenset({("retried", "57014")})),
        Fault(
            "serialization failure",
            _in_database(passing("40001", [150], 2)),
            "completed",
            frozenset({("retried", "40001")}),
        ),
        Fault(
            "disk full",
            _in_database(raising("53100", [150])),
            "failed",
            frozenset({("batch", "53100")}),
            raising("53100", [150]).mended,
        ),
        Fault("suspended before apply", _suspend_before_apply, "completed"),
        Fault("suspended in a batch", _suspend_in_batch, "completed"),
        Fault("ledger locked", _lock_ledger, "completed"),
    )
}
