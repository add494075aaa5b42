"""Several workers on one run, opened by the database, against one statement; what their claims cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.measurement import Case, Measurement, MeasurementError, Pair
from benchmarks.tables import ACCOUNT, PRODUCT, PRODUCTS_OF_FILE
from benchmarks.workbench import Workbench

WORKERS = (1, 2, 4, 8)
BATCHES = (1000, 100)
_ROUNDS = 3

_ACCOUNT_SPEC = """\
name: account
fields: {id: bigint, status: text, credits: integer}
patterns:
"""
_PRODUCT_SPEC = """\
name: product
fields: {id: bigint, name: text, price: numeric, category: text}
patterns:
"""
_PATTERN = """
  - name: batch_operations
    operation: {operation}
    parallel: true
    max_workers: {workers}
    worker_batch_size: {batch}
    {work}
"""
_WORK = {
    "update": "operation_type: update\n    update_data: {credits: {sql: credits + 1}}",
    "delete": "operation_type: delete\n    where_condition: status = 'closed'\n    iterate_by: range",
    "insert": "operation_type: insert\n"
    "    data_source: :rows\n"
    "    parameters: {rows: {from_query: true}}\n"
    "    insert_data: {id: :row.id, name: :row.name, price: :row.price, category: :row.category}",
}
_STATEMENTS = {
    "update": "update account set credits = credits + 1",
    "delete": "delete from account where status = 'closed'",
    "insert": "insert into product select * from product_to_insert",
}
_CLAIMED = """
select total_time * 1000 from pg_stat_user_functions where schemaname = 'batch_ops' and funcname = 'claim'
"""


def specs() -> dict[str, str]:
    """Return the specs of the operations: file name to text."""
    files = {"account_by_workers.yml": _ACCOUNT_SPEC, "product_by_workers.yml": _PRODUCT_SPEC}
    for kind, work in _WORK.items():
        file = "product_by_workers.yml" if kind == "insert" else "account_by_workers.yml"
        for workers in WORKERS:
            for batch in BATCHES:
                operation = _operation(kind, workers, batch)
                files[file] += _PATTERN.format(operation=operation, workers=workers, batch=batch, work=work)
    return files


def cases() -> tuple[Case, ...]:
    """Return the rows of the results."""
    rows = [
        Case(
            f"{kind}-{workers}-workers-{batch}",
            f"{kind} {'half of ' if kind == 'delete' else ''}{{rows}} rows, batch {batch}, "
            f"{workers} worker{'s' * (workers > 1)} / one {kind.upper()}",
            0.65 if (kind, workers, batch) == ("update", 4, 1000) else None,
            _against_statement(kind, workers, batch),
            most_rounds=_ROUNDS,
        )
        for kind in _WORK
        for batch in BATCHES
        for workers in WORKERS
    ]
    rows += [
        Case(
            f"claims-{workers}-workers-{batch}",
            f"claims of an update of {{rows}} rows, batch {batch}, {workers} worker{'s' * (workers > 1)}: "
            "time per batch, waiting included",
            None,
            _claims(workers, batch),
            unit="µs",
            is_ratio=False,
            most_rounds=_ROUNDS,
        )
        for batch in BATCHES
        for workers in WORKERS
    ]
    return tuple(rows)


def _operation(kind: str, workers: int, batch: int) -> str:
    return f"{kind}_by_{workers}_workers_{batch}"


def _against_statement(kind: str, workers: int, batch: int) -> Callable[[Workbench], Pair]:
    def measure(workbench: Workbench) -> Pair:
        changed = workbench.rows // 2 if kind == "delete" else workbench.rows
        _lay_out(workbench, kind)
        baseline = workbench.run_statement(_STATEMENTS[kind], changed)
        _lay_out(workbench, kind)
        return Pair(_run(workbench, kind, workers, batch, changed), baseline)

    return measure


def _claims(workers: int, batch: int) -> Callable[[Workbench], Pair]:
    def measure(workbench: Workbench) -> Pair:
        _lay_out(workbench, "update")
        workbench.database.execute("alter database test set track_functions = 'all'")
        _run(workbench, "update", workers, batch, workbench.rows)
        spent = workbench.database.value(_CLAIMED)
        batches = workbench.database.value("select batch_count from batch_ops.runs")
        return Pair(Measurement(spent / batches), None)

    return measure


def _lay_out(workbench: Workbench, kind: str) -> None:
    if kind != "insert":
        workbench.lay_out(ACCOUNT, workbench.rows)
        return
    workbench.lay_out(PRODUCT, 0)
    workbench.database.execute(f"create table product_to_insert as {PRODUCTS_OF_FILE}", [workbench.rows])
    workbench.database.execute("vacuum analyze product_to_insert")
    workbench.database.execute("checkpoint")


def _run(workbench: Workbench, kind: str, workers: int, batch: int, changed: int) -> Measurement:
    query: dict[str, Any] = {"rows": {"query": "select * from product_to_insert"}}
    measured, process = workbench.run_operation(
        _operation(kind, workers, batch), changed, query if kind == "insert" else None
    )
    worked = workbench.database.value("select count(*) from batch_ops.workers where role = 'worker'")
    if worked != workers:
        raise MeasurementError(f"{worked} worker(s) worked, not {workers}:\n{process.output}")
    # The processor time that is known is that of one session.
    return Measurement(measured.value)
