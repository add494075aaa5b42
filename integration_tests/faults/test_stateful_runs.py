"""Whatever is done with a run, in whatever order, against a small model of a run.

Two sessions work on it, slice by slice, and die, wait, are interrupted or run out of time in front of any
row; meanwhile the run is paused, resumed, cancelled, tried again and started anew, and rows become bad and
good again. Nothing is left to chance but what hypothesis chooses: a session is stopped at a row that is
locked, and not after some milliseconds.

A failing example is printed with ``@reproduce_failure``, which repeats it.
"""

import functools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from psycopg2.extras import Json

from support.database.database import Database
from support.database.sessions import wait_until_gone
from support.engine import protocol
from support.engine.account_runs import LITTLE, NOT_TILED
from support.engine.engine import start
from support.patience import wait_until

ROWS = LITTLE
BATCH = 20
MAX_ERRORS = 12
ROW_NUMBERS = st.integers(1, ROWS)
HANDS = st.sampled_from([0, 1])
BAD_ROWS = st.one_of(
    st.sets(ROW_NUMBERS, min_size=1, max_size=8),
    # Whole batches of bad rows, and more than the run bears.
    st.tuples(ROW_NUMBERS, st.integers(2, 90)).map(lambda part: set(range(part[0], sum(part)))),
)
# So many slices are enough for whatever is left of a run.
MOST_SLICES = 300
RESET = """
truncate batch_ops.runs cascade;
alter table account drop constraint if exists unlucky;
update account set credits = 0 where credits <> 0;
"""

CLAIMED = "select count(*) from batch_ops.batches where operation_id = %s"
WAITS = "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s"
# What each batch says, and what became of the rows of its range.
BATCHES = """
select
    batches.batch_number, batches.status, coalesce(batches.records, 0), batches.failed_records,
    rows.changed, rows.untouched, rows.beyond, errors.failed
from batch_ops.batches
cross join lateral (
    select
        count(*) filter (where account.credits = 1) as changed,
        count(*) filter (
            where account.credits = 0
            and (account.id <= (batches.applied_hi ->> 0)::bigint or batches.status = 'completed')
        ) as untouched,
        count(*) filter (
            where account.credits = 1
            and account.id > coalesce(batches.applied_hi ->> 0, batches.range_lo ->> 0, '0')::bigint
            and batches.status <> 'completed'
        ) as beyond
    from account
    where
        account.id > coalesce((batches.range_lo ->> 0)::bigint, 0)
        and account.id <= (batches.range_hi ->> 0)::bigint
) as rows
cross join lateral (
    select count(*) as failed
    from batch_ops.errors
    where
        errors.operation_id = batches.operation_id and errors.batch_number = batches.batch_number
        and errors.kind = 'row' and errors.resolved_at is null
) as errors
where batches.operation_id = %s
order by batches.batch_number
"""
FAILED_ROWS = """
select (errors.row_key ->> 'id')::bigint, errors.resolved_at is not null, account.credits
from batch_ops.errors
inner join account on account.id = (errors.row_key ->> 'id')::bigint
where errors.operation_id = %s and errors.kind = 'row'
"""
# From where to where one step of a sequence may move a run.
MOVES = {
    "running": {"running", "paused", "failed", "completed", "cancelled"},
    "paused": {"paused", "running", "cancelled", "failed", "completed"},
    "failed": {"failed", "running", "completed", "cancelled", "paused"},
    "completed": {"completed", "running", "failed"},
    "cancelled": {"cancelled"},
}


def to_a_run(act):
    """For a rule that does something to an unfinished run: it starts one where there is none.

    Not a precondition: how far a run came may depend on the time that it had, and what hypothesis may choose
    from must not.
    """

    @functools.wraps(act)
    def act_on_a_run(machine, *arguments, **chosen):
        if machine.is_closed:
            machine.start(hand=0)
        act(machine, *arguments, **chosen)

    return act_on_a_run


class Hand:
    """A session that works on runs: what the macro `_work_off` does, one slice at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(1)
        self.state = None
        self._connect()

    def _connect(self) -> None:
        self.session = psycopg2.connect(self._database.connection.url)
        self.session.autocommit = True
        self.pid = self.session.info.backend_pid

    @property
    def is_between_slices(self) -> bool:
        return self.state is not None

    def ask(self, sql: str, *parameters):
        with self.session.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchone()[0]

    def work(self, operation_id: str, seconds: float = 0) -> str:
        """Do a slice, without a wait at its end; return the status of the run."""
        carried = None if self.state is None else Json(self.state)
        self.state = self.ask(
            "call batch_ops.work(%s, make_interval(secs => %s), %s)", operation_id, seconds, carried
        )
        status, is_over = self.state["status"], self.state["interrupted"]
        if status != "running" or is_over:
            self.state = None
        return status

    @contextmanager
    def stopped_at(self, row: int, operation_id: str):
        """Work until the session waits for a locked row, or has nothing left; yields whether it waits."""
        with self._database.session(autocommit=False) as gate, gate.cursor() as cursor:
            cursor.execute("select from account where id = %s for update", [row])
            working = self._threads.submit(self.work, operation_id, 60)
            wait_until(lambda: working.done() or self._waits(), f"session {self.pid} comes to row {row}")
            yield not working.done()
            gate.rollback()
            try:
                working.result(60)
            except psycopg2.OperationalError:
                self.leave()

    def _waits(self) -> bool:
        return bool(self._database.rows(WAITS, [self.pid]) == [(True,)])

    def leave(self) -> None:
        """Vanish, as a process does that is killed between two slices; somebody else takes its place."""
        self.state = None
        self.session.close()
        wait_until_gone(self._database, self.pid)
        self._connect()

    def close(self) -> None:
        self.session.close()
        self._threads.shutdown()


class Runs(RuleBasedStateMachine):
    """The runs of one operation; ``database``, ``request`` and ``seen`` are set by the test."""

    database: Database
    request: dict
    seen: Counter

    def __init__(self) -> None:
        super().__init__()
        self.database.execute(RESET)
        self.hands = [Hand(self.database) for _ in range(2)]
        self.admin = psycopg2.connect(self.database.connection.url)
        self.admin.autocommit = True
        self.run = None
        self.status, self.is_closed = "none", True
        self.bad: set[int] = set()
        self.is_cancelled = self.pause_is_wanted = False

    # What the test does to the database

    def value(self, sql, *parameters):
        ((value,),) = self.rows(sql, *parameters)
        return value

    def rows(self, sql, *parameters):
        with self.admin.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    def execute(self, sql, *parameters):
        with self.admin.cursor() as cursor:
            cursor.execute(sql, parameters)

    @property
    def is_live(self) -> bool:
        return any(hand.is_between_slices for hand in self.hands)

    def look(self) -> None:
        """See what became of the run."""
        status, is_closed = self.rows(
            "select status, closed_at is not null from batch_ops.runs where operation_id = %s", self.run
        )[0]
        if self.status != "none":
            assert status in MOVES[self.status], f"from {self.status} to {status}"
        self.status, self.is_closed = status, is_closed

    # Rules

    @initialize(rows=st.one_of(BAD_ROWS, st.just(set())))
    def first_start(self, rows):
        self.break_rows(rows)
        self.start(hand=0)

    @rule(hand=HANDS)
    def start(self, hand):
        if self.is_closed and self.run:
            self.execute("update account set credits = 0 where credits <> 0")
            for other in self.hands:
                other.state = None
        before = self.run
        answer = start(self.hands[hand].session, self.request)
        if self.is_closed:
            assert answer["status"] == "running", answer
            self.run = answer["operation_id"]
            self.status, self.is_closed = "running", False
            self.is_cancelled = self.pause_is_wanted = False
            self.hands[hand].state = {}
        else:
            assert (answer["status"], answer["existing"]) == ("refused", before)

    @rule(hand=HANDS, slices=st.integers(1, 4))
    @to_a_run
    def work(self, hand, slices):
        for _ in range(slices):
            self.after_work(self.hands[hand].work(self.run))

    def after_work(self, status):
        before = self.status
        self.look()
        assert status == self.status
        if before == "running":
            if self.is_cancelled:
                assert self.status == "cancelled"
            elif self.pause_is_wanted:
                # With more failures than it bears, it has failed before somebody wanted to pause it.
                assert self.status == ("failed" if self.is_over_limit else "paused")

    @property
    def is_over_limit(self) -> bool:
        limit = self.request["description"]["max_errors"]
        return limit is not None and self.value("select batch_ops.count_failures(%s)", self.run) > limit

    @rule(hand=HANDS)
    @to_a_run
    def leave(self, hand):
        self.hands[hand].leave()

    @rule(hand=HANDS, row=ROW_NUMBERS)
    @to_a_run
    def be_terminated_at(self, hand, row):
        self.stop(hand, row, "select pg_terminate_backend(%s)")

    @rule(hand=HANDS, row=ROW_NUMBERS)
    @to_a_run
    def be_interrupted_at(self, hand, row):
        self.stop(hand, row, "select pg_cancel_backend(%s)")

    def stop(self, hand, row, call):
        pid = self.hands[hand].pid
        with self.hands[hand].stopped_at(row, self.run) as waits:
            if waits:
                self.value(call, pid)
                wait_until(lambda: not self.hands[hand]._waits(), f"session {pid} has been stopped")
        self.look()

    @rule(hand=HANDS, row=ROW_NUMBERS)
    @to_a_run
    def be_paused_at(self, hand, row):
        with self.hands[hand].stopped_at(row, self.run) as waits:
            claimed = self.value(CLAIMED, self.run)
            if waits:
                self.value("select batch_ops.pause(%s)", self.run)
        self.look()
        if waits and not self.is_cancelled:
            assert self.status in {"paused", "failed"}
            assert self.value(CLAIMED, self.run) == claimed

    @rule(hand=HANDS, row=ROW_NUMBERS, chance=st.integers(0, 3))
    @to_a_run
    def be_cancelled_at(self, hand, row, chance):
        if chance:
            return
        with self.hands[hand].stopped_at(row, self.run) as waits:
            claimed = self.value(CLAIMED, self.run)
            if waits:
                self.value("select batch_ops.cancel(%s)", self.run)
        self.is_cancelled |= waits
        self.look()
        if waits:
            assert self.status == "cancelled"
            assert self.value(CLAIMED, self.run) == claimed

    @rule(hand=HANDS, row=ROW_NUMBERS)
    @to_a_run
    def give_up_on_a_lock_at(self, hand, row):
        with self.limit("lock_timeout", "20 milliseconds", row):
            self.hands[hand].work(self.run, 0.1)
        self.look()

    @rule(hand=HANDS, row=ROW_NUMBERS)
    @to_a_run
    def run_out_of_time_at(self, hand, row):
        hand = self.hands[hand]
        with self.limit("lock_timeout", None, row):
            hand.ask("select set_config('statement_timeout', '100', false)")
            hand.work(self.run, 0.03)
            hand.ask("select set_config('statement_timeout', '0', false)")
        self.look()

    @contextmanager
    def limit(self, name, value, row):
        """Lock a row, and give the run a limit meanwhile."""
        with self.database.session(autocommit=False) as gate, gate.cursor() as cursor:
            self.execute(f"update batch_ops.runs set {name} = %s where operation_id = %s", value, self.run)
            cursor.execute("select from account where id = %s for update", [row])
            yield
        self.execute(f"update batch_ops.runs set {name} = null where operation_id = %s", self.run)

    @rule()
    @to_a_run
    def let_time_pass(self):
        """Whatever waits for its next attempt has waited long enough."""
        self.execute(
            "update batch_ops.batches set retry_at = clock_timestamp() "
            "where retry_at is not null and operation_id = %s",
            self.run,
        )

    @rule()
    @to_a_run
    def pause(self):
        can_pause = self.status in {"running", "blocked"} and not self.is_cancelled
        status = self.value("select batch_ops.pause(%s) ->> 'status'", self.run)
        self.look()
        if can_pause:
            self.pause_is_wanted = True
            assert status == ("running" if self.is_live else "paused")

    @rule(hand=HANDS)
    @to_a_run
    def resume(self, hand):
        """As the macro does it: take the pause back; where nobody works on the run, join it."""
        answer = self.hands[hand].ask("select batch_ops.resume(%s)", self.run)
        if not self.is_closed and not self.is_cancelled:
            self.pause_is_wanted = False
        if not answer["is_live"]:
            self.join(hand)
        self.look()

    @rule(hand=HANDS)
    @to_a_run
    def join(self, hand):
        with self.hands[hand].session.cursor() as cursor:
            answer = protocol.join_run(cursor, self.run)
        if self.is_cancelled or (self.is_closed and self.status == "failed"):
            assert answer["status"] == "refused"
        elif not self.is_closed:
            assert answer["status"] == "running"
            self.pause_is_wanted = False
            self.hands[hand].state = self.hands[hand].state or {}
        self.look()

    @rule(chance=st.integers(0, 3))
    @to_a_run
    def cancel(self, chance=0):
        if chance:
            return
        self.value("select batch_ops.cancel(%s)", self.run)
        if not self.is_closed:
            self.is_cancelled = True
            self.look()
            assert self.is_live or (self.status, self.is_closed) == ("cancelled", True)

    @rule(hand=HANDS)
    def retry_failed(self, hand):
        is_live = self.is_live
        answer = self.retry(self.hands[hand])
        if self.is_cancelled or is_live:
            assert answer["status"] == "refused"

    def retry(self, hand):
        """As the macro does it: a refusal is rolled back."""
        with hand.session.cursor() as cursor:
            answer = protocol.retry_failed(cursor, self.run)
        if answer["status"] != "refused":
            assert answer["status"] == "running"
            self.pause_is_wanted = False
            hand.state = {}
        self.look()
        return answer

    @rule(rows=BAD_ROWS)
    def break_rows(self, rows):
        """Let the database refuse a change of these rows."""
        self.bad = {row for row in rows if row <= ROWS}
        self.constrain()

    @rule()
    def break_them_again(self):
        self.constrain()

    def constrain(self):
        self.mend()
        if self.bad:
            rows = ", ".join(map(str, sorted(self.bad)))
            self.execute(
                "alter table account add constraint unlucky "
                f"check (credits = 0 or id not in ({rows})) not valid"
            )

    @rule()
    def mend(self):
        self.execute("alter table account drop constraint if exists unlucky")

    # What is true after every step

    @invariant()
    def all_is_well(self):
        if self.run:
            self.no_row_is_changed_twice()
            self.ranges_tile()
            self.every_batch_tells_what_became_of_its_rows()
            self.a_row_is_failed_or_changed()
            self.the_run_is_closed_when_nothing_is_left_to_go_on_with()
            self.what_a_person_sees_is_true()

    def no_row_is_changed_twice(self):
        assert self.rows("select id, credits from account where credits not in (0, 1)") == []

    def ranges_tile(self):
        with self.admin.cursor() as cursor:
            cursor.execute(NOT_TILED, {"run": self.run})
            assert cursor.fetchall() == []

    def every_batch_tells_what_became_of_its_rows(self):
        recorded = 0
        for told in self.rows(BATCHES, self.run):
            number, status, records, failed, changed, untouched, beyond, errors = told
            recorded += records
            assert (records, failed) == (changed, errors), f"batch {number}, {status}"
            assert (untouched, beyond) == (failed, 0), f"batch {number}, {status}"
        assert recorded == self.value("select count(*) from account where credits = 1")

    def a_row_is_failed_or_changed(self):
        unresolved = []
        for row, is_resolved, changed in self.rows(FAILED_ROWS, self.run):
            assert changed == is_resolved, f"row {row}"
            unresolved += [row] * (not is_resolved)
            self.seen.update(mended=is_resolved, failed=not is_resolved)
        assert len(unresolved) == len(set(unresolved))

    def the_run_is_closed_when_nothing_is_left_to_go_on_with(self):
        changed = self.value("select count(*) from account where credits = 1")
        if self.status in {"completed", "cancelled"}:
            assert self.is_closed
        elif self.is_closed:
            assert (self.status, changed) == ("failed", 0)

    def what_a_person_sees_is_true(self):
        summary = self.value("select batch_ops.run_summary(%s)", self.run)
        changed = self.value("select count(*) from account where credits = 1")
        failed = self.value(
            "select count(*) from batch_ops.errors "
            "where operation_id = %s and kind <> 'retried' and resolved_at is null",
            self.run,
        )
        assert (summary["processed_records"], summary["error_count"]) == (changed, failed)
        if not self.is_live:
            assert summary["status"] != "running"

    def teardown(self):
        try:
            if self.run:
                self.end()
        finally:
            for hand in self.hands:
                hand.close()
            self.admin.close()

    def end(self):
        """Mend everything and let everybody finish: nothing is left undone, or the run was cancelled."""
        self.mend()
        for hand in self.hands:
            self.let_finish(hand)
        if self.is_cancelled:
            if not self.is_closed:
                self.cancel()
            assert (self.status, self.is_closed) == ("cancelled", True)
        else:
            self.see_it_through()
        self.all_is_well()

    def let_finish(self, hand):
        for _ in range(MOST_SLICES):
            if not hand.is_between_slices:
                return
            self.let_time_pass()
            self.after_work(hand.work(self.run))
        pytest.fail("the run does not come to an end")

    def see_it_through(self):
        """Once is enough: what failed is tried again, and what was never tried is done."""
        if self.status == "failed" and self.is_closed:
            return
        hand = self.hands[0]
        if self.retry(hand)["status"] == "refused" and not self.is_closed:
            self.join(0)
        self.let_finish(hand)
        assert (self.status, self.is_closed) == ("completed", True)
        assert self.value("select count(*) from account where credits = 1") == ROWS
        assert self.value("select batch_ops.count_errors(%s)", self.run) == 0


@pytest.mark.parametrize(("policy", "examples"), [("continue_on_error", 25), ("stop_on_error", 10)])
def test_whatever_is_done_with_a_run_every_row_is_changed_once(
    little_database, little_request, policy, examples, is_full
):
    description = {
        **little_request["description"],
        "error_handling": policy,
        "max_errors": MAX_ERRORS if policy == "continue_on_error" else None,
        "max_retries": 2,
        "batch_size": BATCH,
    }
    steps = [{**step, "batch_size": BATCH} for step in little_request["steps"]]
    request = {**little_request, "description": description, "steps": steps}
    seen = Counter()
    run_state_machine_as_test(
        type("RunsOfThisTest", (Runs,), {"database": little_database, "request": request, "seen": seen}),
        settings=settings(
            max_examples=examples if is_full else examples // 5,
            stateful_step_count=25,
            deadline=None,
            print_blob=True,
            database=None,
            # To make an example smaller takes minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Else it tried next to nothing.
    assert policy == "stop_on_error" or not is_full or all((seen["failed"], seen["mended"]))
