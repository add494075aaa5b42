"""Changes of a whole table: an operation against one statement, and against a loop written by hand."""

from __future__ import annotations

import re
from collections.abc import Callable

from benchmarks.measurement import Measurement, MeasurementError, Pair
from benchmarks.tables import ACCOUNT, Table
from benchmarks.workbench import Workbench

_LOOP_TIME = re.compile(r"the loop took ([\d.]+) s")


def against_one_update(table: Table, operation: str) -> Callable[[Workbench], Pair]:
    """Return the round that gives every row one credit more, by an operation and by one ``update``."""
    statement = f"update {table.name} set credits = credits + 1"

    def measure(workbench: Workbench) -> Pair:
        return _against_statement(workbench, table, operation, statement, workbench.rows)

    return measure


def against_one_delete(workbench: Workbench) -> Pair:
    """Delete every second row, by an operation and by one ``delete``."""
    statement = "delete from account where status = 'closed'"
    return _against_statement(workbench, ACCOUNT, "purge_closed", statement, workbench.rows // 2)


def _against_statement(
    workbench: Workbench, table: Table, operation: str, statement: str, changed: int
) -> Pair:
    workbench.lay_out(table, workbench.rows)
    baseline = workbench.run_statement(statement, changed)
    workbench.lay_out(table, workbench.rows)
    measured, _ = workbench.run_operation(operation, changed)
    return Pair(measured, baseline)


def against_hand_written_loop(workbench: Workbench) -> Pair:
    """Give every row one credit more in batches of 100, by an operation and by a loop in Jinja."""
    rows = workbench.rows // 10
    workbench.lay_out(ACCOUNT, rows)
    baseline = _run_hand_written_loop(workbench, rows)
    workbench.lay_out(ACCOUNT, rows)
    measured, _ = workbench.run_operation("add_credit_by_100", rows)
    return Pair(measured, baseline)


def _run_hand_written_loop(workbench: Workbench, rows: int) -> Measurement:
    output = workbench.dbt.run_operation("add_credit_by_hand", {"batch_size": 100}).output
    changed = workbench.database.value("select sum(credits) from account")
    said = _LOOP_TIME.search(output)
    if changed != rows or said is None:
        raise MeasurementError(f"The hand-written loop changed {changed:,} rows, not {rows:,}:\n{output}")
    return Measurement(float(said[1]))
