"""What the ledger says of a run, and what must be true of every finished one."""

from dataclasses import dataclass
from typing import Any

from support.database.database import Database


@dataclass(frozen=True)
class Batch:
    """One row of ``batch_ops.batches``."""

    number: int
    status: str
    lo: list[Any] | None
    hi: list[Any]
    records: int | None


@dataclass(frozen=True)
class Run:
    """One run with its batches, in the order of their numbers."""

    operation_id: str
    status: str
    batch_size: int
    total_records: int
    total_is_exact: bool
    processed_records: int
    batch_count: int
    error_count: int
    iterate_by: str
    upper_bound: list[Any] | None
    batches: list[Batch]

    @property
    def records(self) -> list[int | None]:
        return [batch.records for batch in self.batches]


def newest_run(database: Database) -> Run:
    """Return the run that was started last."""
    operation_id, *values = database.row(
        """
        select
            operation_id::text, runs.status, batch_size, total_records, total_is_exact, processed_records,
            batch_count, error_count, iterate_by, upper_bound
        from batch_ops.runs inner join batch_ops.steps using (operation_id)
        order by runs.started_at desc, step_number
        limit 1
        """
    )
    batches = database.rows(
        """
        select batch_number, status, range_lo, range_hi, records
        from batch_ops.batches where operation_id = %s order by batch_number
        """,
        [operation_id],
    )
    return Run(operation_id, *values, [Batch(*row) for row in batches])


def assert_adds_up(run: Run, changed: int) -> None:
    """Check a completed run: its ranges tile the scope, its batches fit and sum to the rows changed."""
    assert run.status == "completed"
    assert run.error_count == 0
    assert [batch.number for batch in run.batches] == list(range(1, len(run.batches) + 1))
    assert {batch.status for batch in run.batches} <= {"completed"}
    ends = [None, *(batch.hi for batch in run.batches)]
    assert [batch.lo for batch in run.batches] == ends[:-1], "ranges leave a gap or overlap"
    assert ends[-1] == run.upper_bound
    assert all(0 <= records <= run.batch_size for records in run.records)
    assert sum(run.records) == run.processed_records == changed
    assert run.batch_count == len(run.batches)


def contents(database: Database) -> dict[str, list[Any]]:
    """Return every row of the ledger's tables, to see whether anything was written."""
    tables = ("runs", "steps", "batches", "errors", "workers")
    return {
        table: database.rows(f"select to_jsonb(t) from batch_ops.{table} as t order by 1") for table in tables
    }
