"""What the ledger says of one run."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from dbt_batch_ops.scenarios.database import Database, literal, quoted

_RUN = """
select
    runs.status, runs.closed_at is not null, runs.processed_records, runs.batch_count,
    runs.completed_at is not null, overview.status, overview.error_count, overview.failed_records,
    overview.total_records, overview.total_is_exact, overview.processed_records, overview.live_workers
from batch_ops.runs
inner join batch_ops.run_overview as overview on runs.operation_id = overview.operation_id
where runs.operation_id = {run}
"""
_STEPS = """
select step_number, name, iterate_by, key_columns, upper_bound, batch_size, status
from batch_ops.steps where operation_id = {run} order by step_number
"""
_BATCHES = """
select step_number, batch_number, status, records, failed_records, range_lo, range_hi
from batch_ops.batches where operation_id = {run} order by step_number, batch_number
"""
_ERRORS = """
select kind, sqlstate, error_message, row_key, source_row, resolved_at is not null
from batch_ops.errors where operation_id = {run} order by error_id
"""
_WORKERS = """
select role, joined_at <= heartbeat_at, ended_at is not null, coalesce(ended_at >= joined_at, true)
from batch_ops.workers where operation_id = {run} order by worker_id
"""


@dataclass(frozen=True)
class Step:
    """A step of a run."""

    number: int
    name: str
    iterate_by: str | None
    key: tuple[str, ...]
    upper_bound: Any
    batch_size: int
    status: str


@dataclass(frozen=True)
class Batch:
    """A batch of a run."""

    step: int
    number: int
    status: str
    records: int | None
    failed: int
    range_lo: Any
    range_hi: Any


@dataclass(frozen=True)
class Error:
    """A recorded error."""

    kind: str
    sqlstate: str
    message: str
    row_key: Any
    source_row: Any
    is_resolved: bool


@dataclass(frozen=True)
class Worker:
    """A session that worked."""

    role: str
    has_heartbeat: bool
    has_ended: bool
    is_in_order: bool


@dataclass(frozen=True)
class Run:
    """What the ledger says of a run; what a person is told has the prefix ``shown``."""

    operation_id: str
    status: str
    is_closed: bool
    processed: int
    batch_count: int
    has_completed_at: bool
    shown_status: str
    error_count: int
    failed_records: int
    total: int | None
    is_total_exact: bool
    shown_processed: int
    live_workers: int
    steps: tuple[Step, ...]
    batches: tuple[Batch, ...]
    errors: tuple[Error, ...]
    workers: tuple[Worker, ...]

    @property
    def failures(self) -> list[Error]:
        """The errors that are failures and not mended."""
        return [error for error in self.errors if error.kind != "retried" and not error.is_resolved]


def read_run(database: Database, operation_id: uuid.UUID) -> Run | None:
    """Return what the ledger says of a run, or ``None`` when it has none of this name."""
    run = literal(str(operation_id)) + "::uuid"
    found = database.rows(_RUN.format(run=run))
    if not found:
        return None
    steps = tuple(
        Step(number, name, by, tuple(key or ()), upper_bound, size, status)
        for number, name, by, key, upper_bound, size, status in database.rows(_STEPS.format(run=run))
    )
    batches = tuple(Batch(*row) for row in database.rows(_BATCHES.format(run=run)))
    errors = tuple(Error(*row) for row in database.rows(_ERRORS.format(run=run)))
    workers = tuple(Worker(*row) for row in database.rows(_WORKERS.format(run=run)))
    facts: list[Any] = [str(operation_id), *found[0], steps, batches, errors, workers]
    return Run(*facts)


def runs_of(database: Database, schema: str) -> int:
    """Return how many runs there are on tables of a scratch schema, planned ones included."""
    if not database.value("select to_regclass('batch_ops.runs') is not null"):
        return 0
    return int(database.value(f"select count(*) from batch_ops.runs where {_in_schema(schema)}"))


def remove_runs(database: Database, schema: str) -> None:
    """Delete all that the ledger has of the runs on tables of a scratch schema.

    Args:
        database: The database.
        schema: The scratch schema. Its name is our own, so that no run of anybody else's is meant.
    """
    if not database.value("select to_regclass('batch_ops.runs') is not null"):
        return
    ended = f"""
    update batch_ops.runs set closed_at = clock_timestamp(), status = 'cancelled'
    where closed_at is null and {_in_schema(schema)}
    """
    database.execute(ended)
    runs = database.rows(
        f"select operation_id::text, closed_at::text from batch_ops.runs where {_in_schema(schema)}"
    )
    for run, closed_at in runs:
        database.execute(
            f"select batch_ops.purge_run({literal(run)}::uuid, {literal(closed_at)}::timestamptz)"
        )
        after = "null"
        while after is not None:
            after = database.rows(
                f"select last::text from batch_ops.purge_batches({literal(run)}::uuid, "
                f"{literal(after) if after != 'null' else 'null'}::jsonb)"
            )[0][0]


def _in_schema(schema: str) -> str:
    name = literal(f"{quoted(schema)}.")
    return f"pg_catalog.strpos(runs.target, {name}) > 0"
