{{
    config(
        unique_key="operation_id",
        full_refresh=dbt_batch_ops._keeps_history(),
        indexes=[
            {"columns": ["operation_id"], "unique": true},
            {"columns": ["ledger_database", "ledger_horizon"]},
        ],
    )
}}

{% set continues = dbt_batch_ops._continues() -%}

with {{ dbt_batch_ops._ledger_window(continues) }},

{{ dbt_batch_ops._changed_runs(continues, has_status=true) }},

{{ dbt_batch_ops._run_figures() }}

select
    runs.operation_id,
    runs.operation,
    runs.description,
    runs.target,
    case
        when runs.status = 'running'
            then {{ dbt_batch_ops._status_of_running("runs") | indent(12) }}
        when runs.status = 'completed' and figures.errors > 0 then 'completed_with_errors'
        else runs.status
    end as status,
    runs.closed_at is not null as is_closed,
    work.total_records,
    work.total_is_exact,
    figures.processed_records,
    figures.failed_records,
    figures.failed_share,
    figures.errors as error_count,
    figures.resolved_errors as resolved_error_count,
    figures.retries as retry_count,
    runs.started_at,
    runs.completed_at,
    runs.closed_at,
    figures.last_seen_at,
    figures.seconds as duration_seconds,
    extract(epoch from figures.last_seen_at - runs.started_at) as wall_clock_seconds,
    pg_catalog.round(figures.processed_records / nullif(figures.seconds, 0), 3) as records_per_second,
    work.step_count,
    figures.batch_count,
    figures.worker_count,
    figures.batch_seconds_p50,
    figures.batch_seconds_p95,
    figures.batch_seconds_p99,
    figures.batch_seconds_max,
    figures.wal_bytes,
    figures.lock_wait_seconds,
    runs.stop_reason,
    runs.error_handling,
    runs.max_errors,
    batch_ops.shown_parameters(runs.parameters, runs.redacted_parameters) as parameters,
    runs.file_name,
    runs.idempotency_key,
    runs.deadline_at,
    controls.action as last_control,
    controls.requested_at as last_control_at,
    controls.requested_by::text as last_control_by,
    runs.run_as::text as run_as,
    runs.logging_level,
    runs.collect_metrics,
    runs.spec_path,
    runs.spec_hash,
    runs.generator_version,
    runs.package_version,
    ledger.horizon as ledger_horizon,
    ledger.ledger_database
from run_figures as figures
inner join {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as runs on figures.operation_id = runs.operation_id
left join lateral (
    -- Totals are of the steps that were opened: what a later one has to do is not known before.
    select
        coalesce(pg_catalog.sum(steps.total_records), 0)::bigint as total_records,
        coalesce(pg_catalog.bool_and(steps.total_is_exact), true) as total_is_exact,
        pg_catalog.count(*) as step_count
    from {{ dbt_batch_ops._from(source("batch_ops", "steps")) }} as steps
    where steps.operation_id = runs.operation_id
) as work on true
left join lateral (
    select
        requests.action,
        requests.requested_at,
        requests.requested_by
    from {{ dbt_batch_ops._from(source("batch_ops", "controls")) }} as requests
    where requests.operation_id = runs.operation_id
    order by requests.control_id desc
    limit 1
) as controls on true
cross join ledger
