"""Runs on the table ``ware`` that can be proved, and databases to start them from."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from support.database.database import Database
from support.database.sessions import wait_for_rows
from support.engine.account_runs import Run
from support.engine.engine import Engine
from support.faults.kinds_of_work import BATCH, Kind

# Of every batch: what it says, and what is so. A part of a batch may be applied.
_UNTRUE = """
select step_number, batch_number, status, records, failed_records, found.*
from batch_ops.batches
cross join lateral (
    select
        count(*) filter (where times = 1) as changed,
        count(*) as rows
    from applied
    where
        step = batches.step_number
        and place > coalesce((batches.range_lo ->> 0)::bigint, 0)
        and place <= (batches.range_hi ->> 0)::bigint
        and (times > 0 or batches.status = 'completed')
) as found
where
    batches.operation_id = %(run)s
    and batches.step_number = any(%(steps)s)
    and (
        found.changed <> coalesce(batches.records, 0)
        or (batches.status = 'completed' and found.rows <> batches.records + batches.failed_records)
    )
"""
_NOT_TILED = """
select step_number, batch_number
from (
    select
        *, row_number() over steps as position, lag(range_hi) over steps as previous_hi
    from batch_ops.batches
    where operation_id = %(run)s
    window steps as (partition by step_number order by batch_number)
) as batches
where
    batch_number <> position
    or range_lo is distinct from previous_hi
    or (range_lo ->> 0)::bigint >= (range_hi ->> 0)::bigint
"""
_NOT_AT_ITS_END = """
select step_number, upper_bound
from batch_ops.steps
where
    operation_id = %(run)s
    and upper_bound is distinct from (
        select range_hi from batch_ops.batches
        where batches.operation_id = steps.operation_id and batches.step_number = steps.step_number
        order by batch_number desc
        limit 1
    )
"""
_FAILED = """
select step_number, (source_row ->> 'number')::integer
from batch_ops.errors
where operation_id = %(run)s and kind = 'row' and resolved_at is null
order by 1, 2
"""
_ERROR_HANDLING = "select error_handling from batch_ops.runs where operation_id = %(run)s"
_CHANGED_AND_RECORDED = """
select
    (select sum(times) from applied),
    (
        select coalesce(sum(records), 0) from batch_ops.batches
        where operation_id = %(run)s and step_number = any(%(steps)s)
    )
"""
_CHANGED = "select step, number from applied where times > 0"
_FAILED_RECORDS = (
    "select coalesce(sum(failed_records), 0) from batch_ops.batches where operation_id = %(run)s"
)
# Whoever is first in a row's queue holds its tuple lock, the others wait for that.
_AT_LATCH = """
select pid from pg_locks
where
    locktype = 'tuple'
    and relation = 'latch'::regclass
    and database = (select oid from pg_database where datname = current_database())
"""
# All ranges of the step are claimed, and all that these sessions do not hold is done.
_NOTHING_ELSE_LEFT = """
select from batch_ops.steps
where
    steps.operation_id = %(run)s
    and steps.status = 'running'
    and steps.upper_bound = (
        select range_hi from batch_ops.batches
        where batches.operation_id = steps.operation_id and batches.step_number = steps.step_number
        order by batch_number desc
        limit 1
    )
    and not exists (
        select from batch_ops.batches
        left join batch_ops.workers on batches.worker_id = workers.worker_id
        where
            batches.operation_id = steps.operation_id
            and batches.step_number = steps.step_number
            and batches.status <> 'completed'
            and workers.pid is distinct from %(pid)s
    )
"""


class WareRun(Run):
    """A run on the table ``ware``, opened and left before its first batch."""

    def __init__(self, database: Database, operation_id: str, kind: Kind) -> None:
        super().__init__(database, operation_id)
        self.kind = kind
        self.batch_size = BATCH

    def change(self, **settings: Any) -> None:
        """Change settings that the run was opened with, as if the spec or the project had said so."""
        for name, value in settings.items():
            self.execute(
                f"update batch_ops.runs set {name} = %(value)s where operation_id = %(run)s", value=value
            )

    def make_batches_of(self, size: int) -> None:
        """Change the size of the batches that are to come."""
        self.batch_size = size
        self.execute(
            "update batch_ops.steps set batch_size = %(size)s where operation_id = %(run)s", size=size
        )

    def batch_of(self, number: int) -> int:
        """The number of the batch that has the row of a number, where rows are in the order of numbers."""
        return (number - 1) // self.batch_size + 1

    @property
    def failed_rows(self) -> list[tuple[int, int]]:
        """Step and number of every row that is recorded as failed and not mended."""
        return self.database.rows(_FAILED, {"run": self.id})

    def errors(self, columns: str = "kind, sqlstate") -> set[tuple[Any, ...]]:
        """What is recorded of all errors, mended or not."""
        return set(
            self.database.rows(
                f"select {columns} from batch_ops.errors where operation_id = %(run)s", {"run": self.id}
            )
        )

    @contextmanager
    def held_at(self, number: int) -> Iterator[Any]:
        """Hold up whoever changes the row of a number; yields the session that does, for its ``rollback``."""
        with self.database.session(autocommit=False) as gate, gate.cursor() as cursor:
            cursor.execute("select from latch where number = %s for update", [number])
            yield gate

    def wait_at_latch(self) -> int:
        """Wait until a session waits at a latch, and return its process id."""
        return wait_for_rows(self.database, _AT_LATCH, {}, "a session waits at a latch")[0][0]

    def wait_for_the_rest(self, backend: int) -> None:
        """Wait until all of the step is done that a session does not hold."""
        known = {"run": self.id, "pid": backend}
        wait_for_rows(
            self.database, _NOTHING_ELSE_LEFT, known, f"all is done but what session {backend} holds"
        )

    def assert_consistent(self) -> None:
        """At any moment ranges tile, batches say what is so, no row has both failed and changed."""
        known = {"run": self.id, "steps": list(self.kind.steps)}
        # An output's ordinals go on counting after a rollback: its rows cannot be told by them.
        has_places = self.value(_ERROR_HANDLING) != "rollback_on_any_error" or len(self.kind.steps) == 1
        with self.database.snapshot() as rows:
            assert rows("select * from applied where times not in (0, 1)") == []
            assert rows(_NOT_TILED, known) == []
            if has_places:
                assert rows(_UNTRUE, known) == []
            ((changed, recorded),) = rows(_CHANGED_AND_RECORDED, known)
            assert changed == recorded
            failed = rows(_FAILED, known)
            assert len(failed) == len(set(failed))
            assert set(rows(_CHANGED)).isdisjoint(failed)
            assert rows(_FAILED_RECORDS, known) == [(len(failed),)]

    def assert_unchanged(self) -> None:
        """Nothing was changed, and no batch says otherwise."""
        assert self.value("select sum(times) from applied") == 0
        self.assert_consistent()

    def assert_exactly_once(self) -> None:
        """The run is closed, every row was changed once, and nothing is left to mend."""
        self.assert_consistent()
        assert self.database.rows("select * from applied where times <> 1") == []
        assert self.failed_rows == []
        self.assert_closed("completed")

    def assert_closed(self, status: str) -> None:
        """The run is closed with a status, all steps and batches are done, and its figures add up."""
        assert (self.status, self.is_closed) == (status, True)
        assert self.database.rows(_NOT_AT_ITS_END, {"run": self.id}) == []
        assert (
            self.value(
                "select count(*) from batch_ops.steps where operation_id = %(run)s and status <> 'completed'"
            )
            == 0
        )
        done, records, batches, errors = self.database.row(
            """
            select
                (select bool_and(batches.status = 'completed') from batch_ops.batches
                    where batches.operation_id = runs.operation_id),
                processed_records, batch_count, error_count
            from batch_ops.runs where operation_id = %s
            """,
            [self.id],
        )
        assert done
        sums = self.database.row(
            "select sum(records), count(*) from batch_ops.batches where operation_id = %s", [self.id]
        )
        assert (records, batches, errors) == (*sums, len(self.failed_rows))


class WareTemplates:
    """Databases to start from, one for each kind of work, made when they are first asked for.

    Args:
        engine: Opens the runs, in whose database they are made.
        installed: Makes a new database that has the ledger.
    """

    def __init__(self, engine: Engine, installed: Callable[[Database], None]) -> None:
        self._engine, self._database, self._installed = engine, engine.database, installed
        self._runs: dict[str, str] = {}

    def open(self, kind: Kind) -> WareRun:
        """Make a new database with the rows of a kind and a run that has not changed any yet."""
        template = f"template_of_{kind.name}"
        if template not in self._runs:
            self._installed(self._database)
            kind.create(self._database)
            opened = self._engine.open(kind.operation, kind.arguments)
            self._runs[template] = opened["operation_id"]
            kind.opened(self._database)
            self._database.save_as_template(template)
        self._database.recreate(template)
        return WareRun(self._database, self._runs[template], kind)
