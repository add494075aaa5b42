"""Which of the made records an import is given, and which break its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from dbt_batch_ops.plan.model import StepPlan
from dbt_batch_ops.plan.sources import CsvSource, RecordsSource
from dbt_batch_ops.scenarios.candidates import candidates
from dbt_batch_ops.scenarios.database import RefusedError
from dbt_batch_ops.scenarios.oracle import Oracle
from dbt_batch_ops.scenarios.records import Record, record_pool
from dbt_batch_ops.scenarios.table import UnmadeError

_RECORDS = 24
_EXISTING = """
select (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(scratch)))
from {table} as scratch
order by scratch::text
"""

ByParameter = dict[str, Sequence[Record]]


def made_records(oracle: Oracle, own: Mapping[str, Any], seed: str) -> tuple[ByParameter, ByParameter]:
    """Return the records of each parameter that holds some, and records that break a rule.

    Args:
        oracle: Says what the operation does; inside a transaction, with the rows there.
        own: Arguments that the user has written: records among them are taken as they are.
        seed: The same seed gives the same records.

    Raises:
        UnmadeError: None that fits was made.
        RefusedError: The database refuses what they are made of.
    """
    good: ByParameter = {}
    bad: ByParameter = {}
    for step in oracle.plan.steps:
        if not isinstance(step.source, (RecordsSource, CsvSource)):
            continue
        name = step.source.parameter
        if isinstance(own.get(name), list):
            good[name], bad[name] = own[name], []
            continue
        existing = [row for (row,) in oracle.database.rows(_EXISTING.format(table=oracle.table.sql))]
        found = candidates(oracle.database, oracle.rules(step), oracle.table)
        pool = record_pool(oracle.database, step, oracle.table, found, existing, seed)
        if step.operation_type == "custom_function":
            good[name], bad[name] = pool[:_RECORDS], []
            continue
        fit, bad[name] = _sorted_out(oracle, step, name, pool)
        if not fit:
            raise UnmadeError("none of the records that were made is accepted by its table and its rules")
        good[name] = fit[:_RECORDS]
    return good, bad


def _sorted_out(
    oracle: Oracle, step: StepPlan, name: str, pool: Sequence[Record]
) -> tuple[list[Record], list[Record]]:
    """Return the records that are fit to be imported, and those that break a rule."""
    good: list[Record] = []
    bad: list[Record] = []
    rules = " and ".join(oracle.rules(step)) or "true"
    alone = replace(oracle, plan=replace(oracle.plan, steps=(step,)))
    for record in pool:
        one = replace(alone, records={name: [record]})
        oracle.database.execute("savepoint record")
        with suppress(RefusedError):
            is_good = oracle.database.value(f"select {rules} from (\n{one.mapped(step)}\n) as mapped")
            if is_good:
                one.work()
                good.append(record)
            elif is_good is False:
                bad.append(record)
        oracle.database.execute("rollback to savepoint record")
    return good, bad
