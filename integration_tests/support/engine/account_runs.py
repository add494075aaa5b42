"""The table ``account``, runs on it, and the proof that a run changed every row exactly once.

Every operation of ``batch_operations/account.yml`` that updates adds one credit. That is not idempotent, so a
row that was missed has none and a row that was changed twice has two.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.database.database import Database
from support.database.sessions import terminate, wait_for_row_lock, wait_for_rows
from support.engine import protocol
from support.engine.engine import Engine
from support.engine.workers import Worker

LITTLE = 2_000
"""So many accounts are there where a test does the same a hundred times."""

NOT_TILED = """
select batches.*
from (
    select
        batch_number,
        range_lo,
        range_hi,
        lag(range_hi) over (partition by step_number order by batch_number) as previous_hi,
        row_number() over (partition by step_number order by batch_number) as position
    from batch_ops.batches
    where operation_id = %(run)s
) as batches
where
    batches.batch_number <> batches.position
    or batches.range_lo is distinct from batches.previous_hi
    or (batches.range_lo ->> 0)::bigint >= (batches.range_hi ->> 0)::bigint
"""
_BATCH_COUNT = "select count(*) from batch_ops.batches where operation_id = %(run)s and status = 'completed'"
_IS_CLOSED = "select closed_at is not null from batch_ops.runs where operation_id = %(run)s"
_HAS_BATCHES = f"select where ({_BATCH_COUNT}) >= %(count)s or ({_IS_CLOSED})"
_RECORDED = "select coalesce(sum(records), 0) from batch_ops.batches where operation_id = %(run)s"
# What a batch says of itself against the rows of its range; a batch that is not completed changed none.
_NOT_TRUE = """
select batches.batch_number, batches.status, batches.records, changed.rows
from batch_ops.batches
cross join lateral (
    select count(*) as rows
    from account
    where
        account.credits = 1
        and account.id <= (batches.range_hi ->> 0)::bigint
        and account.id > coalesce((batches.range_lo ->> 0)::bigint, 0)
) as changed
where
    batches.operation_id = %(run)s
    and changed.rows is distinct from coalesce(batches.records, 0)
"""


def create_accounts(database: Database, count: int) -> None:
    """Make the table ``account`` with ids from 1 without gaps, no credits, every third one closed."""
    database.execute(
        """
        create table account (id bigint primary key, credits integer not null, closed boolean not null);
        insert into account select n, 0, mod(n, 3) = 0 from generate_series(1, %s) as n;
        analyze account;
        """,
        [count],
    )


class Run:
    """A run in the ledger."""

    def __init__(self, database: Database, operation_id: str) -> None:
        self.id = operation_id
        self.arguments = {"operation_id": operation_id}
        self.database = database

    @classmethod
    def newest(cls, database: Database) -> "Run":
        return cls(
            database,
            database.value("select operation_id::text from batch_ops.runs order by started_at desc limit 1"),
        )

    @classmethod
    def opened(cls, database: Database) -> "Run":
        """Wait until a command has opened a run."""
        wait_for_rows(database, "select from batch_ops.runs", {}, "a run is open")
        return cls.newest(database)

    @property
    def status(self) -> str:
        """The status as a person sees it: `interrupted` when nobody works on a running one."""
        return self.value("select status from batch_ops.run_overview where operation_id = %(run)s")

    @property
    def is_closed(self) -> bool:
        return self.value(_IS_CLOSED)

    @property
    def batch_count(self) -> int:
        """Batches completed so far."""
        return self.value(_BATCH_COUNT)

    def wait_for_batches(self, count: int) -> None:
        """Wait until so many batches are completed, or all."""
        parameters = {"run": self.id, "count": count}
        wait_for_rows(self.database, _HAS_BATCHES, parameters, f"{count} batches are completed")

    def value(self, sql: str, **parameters: Any) -> Any:
        """Return the only value of a query about the run, which it names ``%(run)s``."""
        return self.database.value(sql, {"run": self.id, **parameters})

    def execute(self, sql: str, **parameters: Any) -> None:
        """Run a statement about the run."""
        self.database.execute(sql, {"run": self.id, **parameters})

    def join(self, **description: Any) -> dict[str, Any]:
        """Go on with it as a command does that is given its id, before it works.

        Args:
            description: What the operation says of itself otherwise than the run that it has opened.
        """
        with self._client() as cursor:
            return protocol.join_run(cursor, self.id, changes=description)

    def retry_failed(self) -> dict[str, Any]:
        """Make its failed rows work again, as ``dbt_batch_ops.retry_failed`` does before it works."""
        with self._client() as cursor:
            return protocol.retry_failed(cursor, self.id)

    def pause(self) -> dict[str, Any]:
        """Ask it to pause."""
        with self._client() as cursor:
            return protocol.pause(cursor, self.id)

    def resume(self) -> dict[str, Any]:
        """Take a pause back."""
        with self._client() as cursor:
            return protocol.resume(cursor, self.id)

    def cancel(self) -> dict[str, Any]:
        """End it for good."""
        with self._client() as cursor:
            return protocol.cancel(cursor, self.id)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        # A session of its own that ends: whoever joins a run counts as one of its workers.
        with self.database.session() as session, session.cursor() as cursor:
            yield cursor

    def claim_again_after(self, interval: str) -> None:
        """Set how old the claim of a live worker must be for others to take it over."""
        self.execute(
            "update batch_ops.runs set claim_timeout = %(interval)s where operation_id = %(run)s",
            interval=interval,
        )

    def assert_true(self) -> None:
        """Ranges tile, and every batch changed what it says it changed; true of an unfinished run as well."""
        with self.database.snapshot() as rows:
            assert rows(NOT_TILED, {"run": self.id}) == []
            assert rows(_NOT_TRUE, {"run": self.id}) == []
            assert rows(_RECORDED, {"run": self.id}) == rows("select sum(credits) from account")

    def assert_completed(self) -> None:
        """The run is closed, went up to its frozen bound, and its figures are those of its batches."""
        assert self.status == "completed"
        assert self.is_closed
        unfinished = (
            "select count(*) from batch_ops.batches where operation_id = %(run)s and status <> 'completed'"
        )
        assert self.value(unfinished) == 0
        figures = self.database.row(
            "select processed_records, batch_count from batch_ops.runs where operation_id = %s", [self.id]
        )
        assert figures == self.database.row(
            "select sum(records), count(*) from batch_ops.batches where operation_id = %s", [self.id]
        )
        assert self.value(
            """
            select (
                select range_hi from batch_ops.batches
                where operation_id = %(run)s order by batch_number desc limit 1
            ) = (select upper_bound from batch_ops.steps where operation_id = %(run)s)
            """
        )

    def assert_figures(self) -> None:
        """The run's figures are those of its batches."""
        figures = self.database.row(
            "select processed_records, batch_count from batch_ops.runs where operation_id = %s", [self.id]
        )
        assert figures == self.database.row(
            "select coalesce(sum(records), 0), count(*) filter (where status = 'completed') "
            "from batch_ops.batches where operation_id = %s",
            [self.id],
        )

    def assert_exactly_once(self) -> None:
        """Every account got one credit, and the ledger says the same."""
        assert self.database.rows("select credits, count(*) from account where credits <> 1 group by 1") == []
        self.assert_true()
        self.assert_completed()


def open_run(engine: Engine, operation: str = "add_credit", arguments: dict[str, Any] | None = None) -> Run:
    """Start an operation and kill the client when it wants to change its first row.

    What is left is a run with claimed batches, nothing changed, and nobody who works on it.
    """
    database = engine.database
    run = Run(database, engine.open(operation, arguments)["operation_id"])
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account for update")
        worker = Worker(database, run.id)
        backend = wait_for_row_lock(database)
        worker.kill()
        terminate(database, backend)
    return run
