"""One, some or all of two to eight workers are killed or suspended at random moments; others finish the run.

The session of a killed client works on to the end of its slice; one that is terminated is gone at once; one
that is suspended has claimed batches and not begun to apply them, and wakes up when others have done them.
"""

from contextlib import contextmanager

from support.database.sessions import some_suspended_before_apply, terminate
from support.engine.worker_groups import Crew
from support.faults.kinds_of_work import NUMBERS
from support.faults.row_errors import slow
from support.patience import wait_until
from support.selection.matrices import crossed

VICTIMS = {
    "one": lambda _, size: 1,
    "some": lambda random, size: random.randint(1, size - 1),
    "all": lambda _, size: size,
}
ROUNDS = 3


class Assault:
    """A run, the workers on it, and what is done to them."""

    def __init__(self, run, start_worker, random):
        self.run, self.random, self.start_worker = run, random, start_worker
        run.make_batches_of(random.choice([5, 10, 20]))
        # The age at which the claim of a session that lives may be taken over.
        run.change(claim_timeout=random.choice(["0", "0.1 seconds"]))
        # Else it is all done before anything has happened.
        run.database.execute(slow(list(range(1, NUMBERS + 1)), 0.002).cause)
        size = random.randint(2, 8)
        self.workers = Crew(start_worker, size).start(run, random.choice([0.001, 0.01, 0.1]))

    def wait_for_a_moment(self):
        """Wait until a few more batches are done."""
        batches = NUMBERS // self.run.batch_size * len(self.run.kind.steps)
        self.run.wait_for_batches(self.run.batch_count + self.random.randrange(batches // ROUNDS // 4))

    def choose(self, victims):
        """One, some, or all of those that are there."""
        there = [worker for worker in self.workers if worker.is_running]
        return self.random.sample(there, min(VICTIMS[victims](self.random, max(len(there), 2)), len(there)))

    @contextmanager
    def struck(self, victims):
        """Kill workers, terminate their sessions, or keep these from running until the block ends."""
        ways = {worker: self.random.choice(["kill", "terminate", "suspend"]) for worker in victims}
        pids = [worker.backend for worker in victims if ways[worker] == "suspend"]
        # All of them that are about to apply a claim; others are let off.
        with some_suspended_before_apply(self.run.database, pids):
            for worker in victims:
                if ways[worker] == "kill":
                    worker.kill()
                elif ways[worker] == "terminate":
                    terminate(self.run.database, worker.backend)
            self.workers = [worker for worker in self.workers if worker.is_running and worker not in victims]
            # Others come, so that there are always two.
            self.workers += [self.start_worker(self.run, 0.02) for _ in range(2 - len(self.workers))]
            yield
        for worker in victims:
            # Who was let off, or wakes up, is there again.
            self.workers += [worker] * (ways[worker] == "suspend")

    def finish(self):
        """Let new workers finish the run, whatever those that are there do."""

        def work():
            status = self.start_worker(self.run).wait()[-1].get("status")
            # While the session of a killed client is in a batch.
            return status if status != "blocked" else None

        assert wait_until(work, "the run does not wait for anybody") == "completed"


@crossed(kind=["update", "insert", "steps"], victims=list(VICTIMS), turn=range(3))
def test_whoever_of_a_crew_is_killed_or_suspended_others_finish_with_every_row_once(
    open_wares, start_worker, random, kind, victims, turn
):
    assault = Assault(open_wares(kind), start_worker, random)
    run = assault.run
    for _ in range(ROUNDS):
        assault.wait_for_a_moment()
        with assault.struck(assault.choose(victims)):
            assault.wait_for_a_moment()
            run.assert_consistent()
    with assault.struck(assault.choose(victims)):
        assault.finish()
        run.assert_exactly_once()
    for worker in assault.workers:
        worker.wait()
    run.assert_exactly_once()
