{{
    config(
        unique_key="log_key",
        full_refresh=dbt_batch_ops._keeps_history(),
        indexes=[
            {"columns": ["log_key"], "unique": true},
            {"columns": ["ledger_database", "ledger_horizon"]},
        ],
    )
}}

{% set continues = dbt_batch_ops._continues() -%}

with {{ dbt_batch_ops._ledger_window(continues) }},

logged as (
    select
        batches.operation_id,
        batches.step_number,
        batches.batch_number,
        null::bigint as error_id,
        batches.status,
        batches.range_lo,
        batches.range_hi,
        batches.records,
        batches.failed_records,
        batches.claim_number,
        batches.attempts,
        batches.worker_id,
        batches.claimed_at,
        batches.started_at,
        batches.completed_at,
        batches.wal_bytes,
        batches.lock_wait,
        batches.sqlstate,
        batches.error_message
    from {{ dbt_batch_ops._from(source("batch_ops", "batches")) }} as batches
    inner join {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as runs on batches.operation_id = runs.operation_id
    where
        {{ dbt_batch_ops._is_new("batches") | indent(8) }}
        -- What is in a minimal log once stays true: a batch that was given back or failed is claimed anew before it completes.
        and (
            runs.logging_level <> 'minimal'
            or batches.status in ('failed', 'released')
            or batches.failed_records > 0
            or batches.claim_number > 1
        )
    union all
    select
        errors.operation_id,
        errors.step_number,
        errors.batch_number,
        errors.error_id,
        errors.kind as status,
        errors.range_lo,
        errors.range_hi,
        0 as records,
        0 as failed_records,
        errors.claim_number,
        errors.attempts,
        null as worker_id,
        null as claimed_at,
        null as started_at,
        errors.occurred_at as completed_at,
        null as wal_bytes,
        null as lock_wait,
        errors.sqlstate,
        errors.error_message
    from {{ dbt_batch_ops._from(source("batch_ops", "errors")) }} as errors
    inner join {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as runs on errors.operation_id = runs.operation_id
    where
        {{ dbt_batch_ops._is_new("errors") | indent(8) }}
        and errors.kind = 'retried'
        and runs.logging_level = 'detailed'
)

select
    pg_catalog.concat_ws(
        ':', logged.operation_id, logged.step_number, coalesce(logged.batch_number::text, 'claim'), logged.error_id
    ) as log_key,
    logged.operation_id,
    runs.operation,
    logged.step_number,
    steps.name as step_name,
    logged.batch_number,
    logged.error_id,
    logged.status,
    coalesce(logged.records, 0) as records_processed,
    logged.failed_records,
    logged.range_lo,
    logged.range_hi,
    logged.claimed_at,
    logged.started_at,
    logged.completed_at,
    extract(epoch from logged.completed_at - logged.started_at) as duration_seconds,
    pg_catalog.round(
        logged.records / nullif(extract(epoch from logged.completed_at - logged.started_at), 0), 3
    ) as records_per_second,
    logged.claim_number,
    logged.attempts,
    logged.worker_id,
    logged.wal_bytes,
    extract(epoch from logged.lock_wait) as lock_wait_seconds,
    logged.sqlstate,
    logged.error_message,
    ledger.horizon as ledger_horizon,
    ledger.ledger_database
from logged
inner join {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as runs on logged.operation_id = runs.operation_id
left join {{ dbt_batch_ops._from(source("batch_ops", "steps")) }} as steps
    on logged.operation_id = steps.operation_id and logged.step_number = steps.step_number
cross join ledger
