"""One worker or several on a run; several begin in the same moment, and each gets its part of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from support.database.database import Database
from support.database.sessions import wait_for_rows
from support.engine.account_runs import Run
from support.engine.workers import Worker
from support.faults.fault_runs import WareRun
from support.faults.kinds_of_work import BATCH, NUMBERS

SEVERAL = 4
"""How many workers a crew has that is not alone."""
CREWS = {"alone": 1, "crew": SEVERAL}
"""The sizes of a crew, by what a test shows."""

_WAITING = """
select from pg_locks where not granted and locktype = 'advisory' and pid = any(%(pids)s)
"""

_WANT_TO_CLAIM = """
select from pg_stat_activity
where wait_event_type = 'Lock' and query like 'call batch\\_ops.work%%' and datname = current_database()
"""


@contextmanager
def claims_held_up(run: Run, pids: list[int]) -> Iterator[None]:
    """Let nobody claim anything until the block has ended and all these sessions want to."""
    with run.database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select batch_ops.lock_steps(%s)", [run.id])
        yield
        wait_for_rows(run.database, _WAITING, {"pids": pids}, "all workers wait", count=len(pids))


@contextmanager
def first_claims_together(database: Database, workers: int) -> Iterator[None]:
    """Let nobody claim a batch in a run that begins meanwhile before so many workers want to."""
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("lock table batch_ops.batches in exclusive mode")
        yield
        wait_for_rows(database, _WANT_TO_CLAIM, {}, "all workers want to claim", count=workers)


def begin_together(run: Run, workers: list[Worker]) -> None:
    """Let workers begin that have not yet; none claims anything before the last of them wants to."""
    with claims_held_up(run, [worker.backend for worker in workers]):
        for worker in workers:
            worker.begin()


@dataclass(frozen=True)
class Caught:
    """A worker that waits in the middle of a batch, those with it, and the session that holds it up."""

    worker: Worker
    others: list[Worker]
    gate: Any


class Crew:
    """So many workers of a test.

    Args:
        start_worker: Starts one; see the fixture.
        size: How many they are.
    """

    def __init__(self, start_worker: Callable[..., Worker], size: int) -> None:
        self.start_one, self.size = start_worker, size

    @property
    def is_alone(self) -> bool:
        return self.size == 1

    @property
    def rest(self) -> "Crew":
        """Those who are there beside one that the test has started: at least one."""
        return Crew(self.start_one, max(self.size - 1, 1))

    @property
    def batch_size(self) -> int:
        """How large batches of wares are; sixteen are claimed at once, and each is to get a claim."""
        return BATCH if self.is_alone else BATCH // 2

    @property
    def latches(self) -> tuple[int, ...]:
        """Where one after another is caught: while the first of several waits, the others do the rest."""
        return (150, 450) if self.is_alone else (150,)

    def start(self, run: Run, slice_seconds: float = 0.1) -> list[Worker]:
        """Start all of them on an unfinished run."""
        workers = [self.start_one(run, slice_seconds, begins=False) for _ in range(self.size)]
        begin_together(run, workers)
        return workers

    def work(self, run: Run, slice_seconds: float = 0.1) -> list[dict[str, Any]]:
        """Let all of them work until they have ended; what each of them said last."""
        return [worker.wait()[-1] for worker in self.start(run, slice_seconds)]

    @contextmanager
    def caught_at(self, run: WareRun, number: int, slice_seconds: float = 60) -> Iterator[Caught]:
        """Let them work until one of them waits in front of a row, and the others have done all the rest.

        When the block ends it is let go, if it still can, and the others see the run to its end.
        """
        with run.held_at(number) as gate:
            workers = self.start(run, slice_seconds)
            backend = run.wait_at_latch()
            (caught,) = (worker for worker in workers if worker.backend == backend)
            if not self.is_alone:
                run.wait_for_the_rest(backend)
            run.assert_consistent()
            assert run.status == "running"
            others = [worker for worker in workers if worker is not caught]
            yield Caught(caught, others, gate)
        for worker in others:
            worker.wait()

    @contextmanager
    def at_work(self, run: WareRun, random: Random) -> Iterator[list[Worker]]:
        """Let them work until some moment; one waits in front of a row, so that the run cannot end before.

        When the block ends it is let go.
        """
        run.make_batches_of(self.batch_size)
        with run.held_at(450):
            workers = self.start(run, random.uniform(0.001, 0.05))
            run.wait_at_latch()
            # Half of them are done at the most while a claim is held up; steps before are done.
            before = (run.kind.steps[0] - 1) * NUMBERS // run.batch_size
            run.wait_for_batches(before + random.randrange(NUMBERS // run.batch_size // 2))
            yield workers
