"""Faults as they happen to one of the workers on a run on ``ware``, and what they leave behind.

That worker waits at a latch in the middle of a batch, with some of its rows changed and others not. Where
there are others, they have done all the rest by then; when the fault has struck, they see the run to its end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg2.errors import LockNotAvailable

from support.database.lock_waits import LockingSession
from support.database.sessions import (
    suspended,
    suspended_before_apply,
    terminate,
    wait_for_rows,
    wait_until_gone,
)
from support.engine.worker_groups import Crew
from support.faults.fault_runs import WareRun
from support.faults.row_errors import Strike, passing, raising, slow
from support.patience import wait_until

_RETRIED = "select from batch_ops.errors where operation_id = %(run)s and kind = 'retried'"
_WAITS = "select from pg_locks where not granted and pid = %(pid)s"


@dataclass(frozen=True)
class Fault:
    """A fault, and how it leaves a run.

    Attributes:
        name: What it is called.
        strike: Lets a crew work on a run until the fault has ended that, or was got over.
        status: What the run is then; `interrupted` where the one who was struck was alone.
        errors: Kind and SQLSTATE of all that is recorded.
        mended: SQL that takes its cause away.
    """

    name: str
    strike: Callable[[WareRun, Crew], None]
    status: str
    errors: frozenset[tuple[str, str]] = frozenset()
    mended: str = ""

    def status_with(self, crew: Crew) -> str:
        """What the run is when the fault has struck one of a crew: others do what it has left behind."""
        return "completed" if self.status == "interrupted" and not crew.is_alone else self.status


def _kill(run: WareRun, crew: Crew) -> None:
    for number in crew.latches:
        with crew.caught_at(run, number, 0.02) as caught:
            caught.worker.kill()
        wait_until_gone(run.database, caught.worker.backend)


def _terminate(run: WareRun, crew: Crew) -> None:
    for number in crew.latches:
        with crew.caught_at(run, number) as caught:
            terminate(run.database, caught.worker.backend)


def _cancel(run: WareRun, crew: Crew) -> None:
    with crew.caught_at(run, 150) as caught:
        run.value("select pg_cancel_backend(%(pid)s)", pid=caught.worker.backend)
        assert caught.worker.wait()[-1]["interrupted"]


def _deadlock(run: WareRun, crew: Crew) -> None:
    run.database.execute("alter database test set deadlock_timeout = '100ms'")
    with crew.caught_at(run, 150) as caught:
        # It has changed rows and will want the second latch. Who asks last for a lock finds the deadlock.
        holding = ("set deadlock_timeout = '1min'", "select from latch where number = -150 for update")
        other = LockingSession(run.database, holding).wait_in("lock table ware in share mode")
        caught.gate.rollback()
        wait_for_rows(run.database, _RETRIED, {"run": run.id}, "a batch is to be tried again")
        other.end()
        caught.worker.wait()


def _lock_timeout(run: WareRun, crew: Crew) -> None:
    run.change(lock_timeout="20 milliseconds", max_retries=20)
    with run.held_at(150):
        workers = crew.start(run)
        wait_for_rows(run.database, _RETRIED, {"run": run.id}, "a batch is to be tried again")
        run.assert_consistent()
    for worker in workers:
        worker.wait()


def _statement_timeout(run: WareRun, crew: Crew) -> None:
    # Twenty rows need a second, ten a half, and five are done within the limit.
    run.change(batch_timeout="0.35 seconds")
    run.database.execute(slow(list(range(141, 161)), 0.05).cause)
    crew.work(run, 0.05)


def _in_database(strike: Strike) -> Callable[[WareRun, Crew], None]:
    def work(run: WareRun, crew: Crew) -> None:
        run.database.execute(strike.cause)
        crew.work(run, 0.05)

    return work


def _suspend_before_apply(run: WareRun, crew: Crew) -> None:
    run.change(claim_timeout="0")
    with suspended_before_apply(run.database, lambda: crew.start_one(run, 60)) as late:
        crew.rest.work(run)
        run.assert_exactly_once()
    late.wait()


def _suspend_in_batch(run: WareRun, crew: Crew) -> None:
    run.change(claim_timeout="0.2 seconds")
    with run.held_at(150) as gate:
        late = crew.start_one(run, 60)
        run.wait_at_latch()
        with suspended(late.backend):
            gate.rollback()
            assert {said["status"] for said in crew.rest.work(run)} == {"blocked"}
            run.assert_consistent()
    late.wait()


def _locks(session: Any, tables: str) -> bool:
    """Lock all tables or none: to wait with only some of them locked may be a deadlock with a worker."""
    try:
        session.cursor().execute(f"lock table {tables} in access exclusive mode nowait")
    except LockNotAvailable:
        session.rollback()
        return False
    return True


def _lock_ledger(run: WareRun, crew: Crew) -> None:
    with crew.caught_at(run, 150, 0.01) as caught, run.database.session(autocommit=False) as ledger:
        wait_until(
            lambda: _locks(ledger, "batch_ops.errors, batch_ops.steps, batch_ops.runs"), "all is locked"
        )
        caught.gate.rollback()
        wait_for_rows(run.database, _WAITS, {"pid": caught.worker.backend}, "the worker waits for the ledger")
        ledger.rollback()
        caught.worker.wait()


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
