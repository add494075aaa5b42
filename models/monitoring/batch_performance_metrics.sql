{{
    config(
        unique_key="operation_id",
        full_refresh=dbt_batch_ops._keeps_history(),
        indexes=[
            {"columns": ["operation_id", "metric_name", "recorded_at"], "unique": true},
            {"columns": ["ledger_database", "ledger_horizon"]},
        ],
    )
}}

{% set continues = dbt_batch_ops._continues() -%}

with {{ dbt_batch_ops._ledger_window(continues) }},

{{ dbt_batch_ops._changed_runs(continues, only_measured=true) }},

{{ dbt_batch_ops._run_figures() }},

metrics as (
    select
        figures.operation_id,
        metrics.metric_name,
        metrics.metric_value,
        metrics.unit,
        figures.last_seen_at as recorded_at
    from run_figures as figures
    cross join lateral (
        values
        ('seconds', figures.seconds, 's'),
        ('records_per_second', pg_catalog.round(figures.processed_records / nullif(figures.seconds, 0), 3), 'records/s'),
        ('batch_seconds_p50', figures.batch_seconds_p50, 's'),
        ('batch_seconds_p95', figures.batch_seconds_p95, 's'),
        ('batch_seconds_p99', figures.batch_seconds_p99, 's'),
        ('batch_seconds_max', figures.batch_seconds_max, 's'),
        ('retries', figures.retries::numeric, 'attempts'),
        ('failed_share', figures.failed_share, 'share'),
        ('wal_bytes', figures.wal_bytes::numeric, 'bytes'),
        (
            'wal_bytes_per_record',
            pg_catalog.round(figures.wal_bytes / nullif(figures.processed_records, 0)::numeric, 3),
            'bytes/record'
        ),
        ('lock_wait_seconds', figures.lock_wait_seconds, 's')
    ) as metrics (metric_name, metric_value, unit)
    where metrics.metric_value is not null
    union all
    select
        figures.operation_id,
        'records_per_minute' as metric_name,
        minutes.records as metric_value,
        'records/min' as unit,
        minutes.minute as recorded_at
    from run_figures as figures
    cross join lateral (
        select
            pg_catalog.date_trunc('minute', batches.completed_at) as minute,
            pg_catalog.sum(batches.records) as records
        from {{ dbt_batch_ops._from(source("batch_ops", "batches")) }} as batches
        where batches.operation_id = figures.operation_id and batches.completed_at is not null
        group by pg_catalog.date_trunc('minute', batches.completed_at)
    ) as minutes
)

select
    metrics.operation_id,
    runs.operation,
    metrics.metric_name,
    metrics.metric_value::numeric as metric_value,
    metrics.unit,
    metrics.recorded_at,
    ledger.horizon as ledger_horizon,
    ledger.ledger_database
from metrics
inner join {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as runs on metrics.operation_id = runs.operation_id
cross join ledger
