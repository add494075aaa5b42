"""The models over the ledger: what a refresh costs, however much the ledger and the models hold already."""

from __future__ import annotations

import time

from benchmarks.measurement import Measurement, MeasurementError, Pair
from benchmarks.workbench import Workbench

NEW_BATCHES = 1_000
"""So many batches are there that the models have not seen."""

FEW_BATCHES = 10_000
"""The small ledger."""

# A transaction for each run of a thousand batches: their stamps are those of real life, many and old.
_FILL = """
do $$
declare
    v_run uuid;
begin
    for v_turn in 1 .. {runs} loop
        v_run := pg_catalog.gen_random_uuid();
        insert into batch_ops.runs (
            operation_id, operation, target, status, parameters, spec_hash, spec_path, generator_version,
            package_version, claim_timeout, processed_records, batch_count, collect_metrics, completed_at,
            closed_at
        )
        values (
            v_run, 'add_credit', '"test"."public"."account"', '{status}', '{{}}', 'hash', 'account.yml', '0',
            '0', '30 s', {batches} * 1000, {batches}, true, {ended}, {ended}
        );
        insert into batch_ops.steps (
            operation_id, step_number, name, operation_type, iterate_by, key_columns, statements, status,
            plan, batch_size, asynchronous_commit, total_records, total_is_exact, turn
        )
        values (
            v_run, 1, 'add_credit', 'update', 'range', '{{id}}', '{{}}', 'completed', '{{}}', 1000,
            true, {batches} * 1000, true, 1
        );
        insert into batch_ops.workers (operation_id, pid, backend_start, ended_at)
        values (v_run, 1, now(), {ended});
        insert into batch_ops.batches (
            operation_id, step_number, batch_number, status, worker_id, range_lo, range_hi, records,
            claimed_at, started_at, completed_at, wal_bytes, lock_wait
        )
        select
            v_run, 1, n, 'completed', v_turn, pg_catalog.jsonb_build_array((n - 1) * 1000),
            pg_catalog.jsonb_build_array(n * 1000), 1000, now() + n * interval '5 ms',
            now() + n * interval '5 ms', now() + (n + 1) * interval '5 ms', 250000, interval '0'
        from pg_catalog.generate_series(1, {batches}) as n;
        commit;
    end loop;
end $$
"""
_ADD_TO_LIVE = """
insert into batch_ops.batches (
    operation_id, step_number, batch_number, status, worker_id, range_lo, range_hi, records, claimed_at,
    started_at, completed_at, wal_bytes, lock_wait
)
select
    operation_id, 1, newest + n, 'completed', 1, jsonb_build_array((newest + n - 1) * 1000),
    jsonb_build_array((newest + n) * 1000), 1000, now(), now(), clock_timestamp(), 250000, interval '0'
from (select operation_id, max(batch_number) as newest from batch_ops.batches group by 1) as live
cross join generate_series(1, %s) as n
"""
_SQL_SECONDS = "select active_time / 1000 from pg_stat_database where datname = current_database()"
_SESSIONS = (
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
)
_ARE_SEEN = """
select
    (select count(*) from public.batch_operation_logs) - (select count(*) from batch_ops.batches)
    + (select sum(batch_count) from public.batch_operations) - (select count(*) from batch_ops.batches)
"""


def last_thousand(workbench: Workbench) -> Pair:
    """Refresh the models with a million batches in the ledger, and with ten thousand: a thousand are new.

    Measured is the time that the server works on statements of dbt: all of them, also those that look
    whether the ledger is there and what columns the models have. How long dbt itself takes is the same.
    """
    few = _refresh(workbench, FEW_BATCHES)
    return Pair(_refresh(workbench, workbench.rows), few)


def live_run(workbench: Workbench) -> Pair:
    """Refresh the models while one run of a million batches is at work, of which a thousand are new."""
    return Pair(_refresh(workbench, workbench.rows, live=True), None)


def _refresh(workbench: Workbench, batches: int, *, live: bool = False) -> Measurement:
    kept = f"{batches}_{'live_' if live else ''}batches"
    if not workbench.bring_back(kept):
        _lay_out(workbench, batches, live=live)
    if live:
        workbench.database.execute(_ADD_TO_LIVE, [NEW_BATCHES])
    else:
        workbench.database.execute(_filled(NEW_BATCHES))
    before = _sql_seconds(workbench)
    process = workbench.dbt.run("run", "--select", "dbt_batch_ops")
    seconds = _sql_seconds(workbench) - before
    if workbench.database.value(_ARE_SEEN) != 0:
        raise MeasurementError(f"The models do not have what the ledger has:\n{process.output}")
    if batches > FEW_BATCHES:
        # Filling it takes a minute, and a thousand more in it are nothing.
        workbench.put_away(kept)
    return Measurement(seconds)


def _lay_out(workbench: Workbench, batches: int, *, live: bool) -> None:
    """Fill a new ledger with so many batches, and build the models."""
    workbench.begin()
    workbench.database.execute(_filled(batches, live=live))
    workbench.database.execute("vacuum analyze")
    workbench.dbt.run("run", "--select", "dbt_batch_ops")
    workbench.database.execute("vacuum analyze")
    # The first one after that finds neither plans nor caches as one of every few minutes does.
    workbench.dbt.run("run", "--select", "dbt_batch_ops")
    workbench.database.execute("checkpoint")


def _filled(batches: int, *, live: bool = False) -> str:
    if live:
        return _FILL.format(runs=1, batches=batches, status="running", ended="null")
    return _FILL.format(runs=batches // 1000, batches=1000, status="completed", ended="clock_timestamp()")


def _sql_seconds(workbench: Workbench) -> float:
    # A session tells what it has worked when it ends.
    while workbench.database.value(_SESSIONS):
        time.sleep(0.01)
    return float(workbench.database.value(_SQL_SECONDS))
