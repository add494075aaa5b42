"""Checks of batches and their ranges."""

from __future__ import annotations

from dbt_batch_ops.scenarios.database import literal, quoted
from dbt_batch_ops.scenarios.situation import Situation


def batches_within_size(situation: Situation) -> list[str]:
    """No batch is larger than its size, and each is one transaction."""
    run = situation.run
    sizes = {step.number: step.batch_size for step in run.steps}
    wanted = {number: step.batch_size for number, step in enumerate(situation.plan.steps, 1)}
    found = [
        f"step {number} works in batches of {sizes.get(number)}, not of {size}"
        for number, size in wanted.items()
        if sizes.get(number) not in (None, size)
    ]
    found += [
        f"batch {batch.number} of step {batch.step} has {batch.records} rows, not {sizes[batch.step]} at most"
        for batch in run.batches
        if situation.plan.steps[batch.step - 1].source.kind != "once"
        and (batch.records or 0) > sizes[batch.step]
        and situation.plan.steps[batch.step - 1].operation_type != "custom_function"
    ]
    schema = quoted(situation.stage.table.schema)
    largest = max(sizes.values(), default=0)
    query = f"select count(*) from {schema}.changes group by xid having count(*) > {largest}"
    if situation.plan.error_handling != "rollback_on_any_error":
        rows = situation.stage.database.rows(query)
        found += [
            f"{count} rows were changed in one transaction, and {largest} are the most" for (count,) in rows
        ]
    return found


def batches_completed(situation: Situation) -> list[str]:
    """Every batch has ended as completed."""
    return [
        f"batch {batch.number} of step {batch.step} is {batch.status}"
        for batch in situation.run.batches
        if batch.status != "completed"
    ]


def ranges_tile(situation: Situation) -> list[str]:
    """The ranges of the batches cover the scope without gap or overlap."""
    found: list[str] = []
    run = situation.run
    for step in run.steps:
        batches = [batch for batch in run.batches if batch.step == step.number]
        previous = None
        for place, batch in enumerate(batches, 1):
            if batch.number != place:
                found.append(f"step {step.number} has no batch {place}")
                break
            if batch.range_lo != previous:
                found.append(
                    f"batch {batch.number} of step {step.number} begins behind {batch.range_lo}, "
                    f"and the one before ends at {previous}"
                )
            previous = batch.range_hi
        if batches and previous != step.upper_bound:
            found.append(f"step {step.number} ends at {previous}, and its scope at {step.upper_bound}")
    return found


def in_order(situation: Situation) -> list[str]:
    """Each batch is behind the one before."""
    found: list[str] = []
    table = situation.stage.table
    for step in situation.run.steps:
        if step.iterate_by == "range":
            columns = [table.column(name) for name in step.key]
            casts = [
                f"(range_hi ->> {place})::{column.type if column else 'text'}"
                for place, column in enumerate(columns)
            ]
        else:
            casts = ["(range_hi ->> 0)::bigint"]
        row = f"row({', '.join(casts)})"
        query = (
            "select batch_number from (select batch_number, "
            f"{row} > lag({row}) over (order by batch_number) as is_behind from batch_ops.batches "
            f"where operation_id = {literal(situation.run.operation_id)}::uuid "
            f"and step_number = {step.number}"
            ") as ordered where not is_behind"
        )
        found += [
            f"batch {number} of step {step.number} is not behind the one before"
            for (number,) in situation.stage.database.rows(query)
        ]
    return found
