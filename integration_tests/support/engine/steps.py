"""What the ledger says of the steps of the newest run."""

from dataclasses import dataclass
from typing import Any

from support.database.database import Database


@dataclass(frozen=True)
class Step:
    """One row of ``batch_ops.steps``, with the rows of each of its completed batches."""

    name: str
    status: str
    iterate_by: str | None
    batch_size: int
    total_records: int | None
    source: dict[str, Any] | None
    records: list[int]


def steps_of_newest_run(database: Database) -> list[Step]:
    """Return the steps of the run that was started last, in the order in which they run."""
    rows = database.rows(
        """
        select
            name, status, iterate_by, batch_size, total_records, source,
            array(
                select batches.records from batch_ops.batches
                where
                    batches.operation_id = steps.operation_id
                    and batches.step_number = steps.step_number
                    and batches.status = 'completed'
                order by batches.batch_number
            )
        from batch_ops.steps
        where operation_id = (select operation_id from batch_ops.runs order by started_at desc limit 1)
        order by step_number
        """
    )
    return [Step(*row) for row in rows]


def only_step(database: Database) -> Step:
    """Return the step of a run that has one."""
    (step,) = steps_of_newest_run(database)
    return step


def source_of_newest_run(database: Database) -> dict[str, Any]:
    """Return what became of the rows that the first step of the newest run was given."""
    return steps_of_newest_run(database)[0].source or {}
