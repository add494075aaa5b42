"""Whether time and memory stay the same, however much there is to do and whatever else is going on."""

from __future__ import annotations

from benchmarks.measurement import Measurement, MeasurementError, Pair
from benchmarks.tables import ACCOUNT, COUNTER
from benchmarks.workbench import Workbench

# An open transaction with an id and a snapshot: nothing that died after its start can be cleaned up.
_BECOME_OLD = """
set transaction isolation level repeatable read;
select pg_current_xact_id(), count(*) from batch_ops.runs
"""
# From the claim of a tenth's first batch, or the completion of the batch before it, to that of its last.
_TENTHS = """
with numbered as (
    select
        claimed_at,
        completed_at,
        row_number() over (order by batch_number) as number,
        count(*) over () / 10 as tenth,
        count(*) over () as total
    from batch_ops.batches
)
select
    max(tenth),
    extract(epoch from max(completed_at) filter (where number = tenth) - min(claimed_at)) * 1000,
    extract(epoch from max(completed_at) - max(completed_at) filter (where number = total - tenth)) * 1000
from numbered
"""


def time_per_row(workbench: Workbench) -> Pair:
    """Update ten times as many rows, and as many, in microseconds per row."""

    def update(rows: int) -> Measurement:
        workbench.lay_out(COUNTER, rows)
        measured, _ = workbench.run_operation("count_up", rows)
        return Measurement(measured.value / rows * 1e6, measured.cpu_seconds and measured.cpu_seconds / rows)

    baseline = update(workbench.rows)
    return Pair(update(workbench.rows * 10), baseline)


def last_tenth(workbench: Workbench) -> Pair:
    """Update all rows while an old transaction is open, in milliseconds per batch.

    Measured is the last tenth of the batches, the baseline is the first tenth of the same run.
    """
    workbench.lay_out(ACCOUNT, workbench.rows)
    with workbench.database.session(autocommit=False) as old, old.cursor() as cursor:
        cursor.execute(_BECOME_OLD)
        workbench.run_operation("add_credit_by_100", workbench.rows)
        old.rollback()
    tenth, first, last = workbench.database.row(_TENTHS)
    if not tenth:
        raise MeasurementError("A run of fewer than ten batches has no tenths; take more rows.")
    return Pair(Measurement(float(last) / tenth), Measurement(float(first) / tenth))


def client_memory(workbench: Workbench) -> Pair:
    """Update all rows, and a hundredth as many: the most MB that the dbt process has at one time."""

    def update(rows: int) -> Measurement:
        workbench.lay_out(ACCOUNT, rows)
        _, process = workbench.run_operation("add_credit", rows)
        return Measurement(process.peak_memory / 1e6)

    baseline = update(workbench.rows // 100)
    return Pair(update(workbench.rows), baseline)
