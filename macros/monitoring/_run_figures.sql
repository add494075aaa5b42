{#-
  What the batches, errors and workers of the changed runs come to, as the common table expression `run_figures`; needs
  _changed_runs. One run after another, each by the indexes of the ledger's tables: lateral, so that no plan reads whole tables.

  Records and batches of a closed run are what its row says, as in `run_overview`.
-#}
{% macro _run_figures() -%}
run_figures as (
    select
        runs.operation_id,
        counted.processed_records,
        counted.batch_count,
        done.wal_bytes,
        done.lock_wait_seconds,
        pg_catalog.round(done.batch_seconds[1]::numeric, 6) as batch_seconds_p50,
        pg_catalog.round(done.batch_seconds[2]::numeric, 6) as batch_seconds_p95,
        pg_catalog.round(done.batch_seconds[3]::numeric, 6) as batch_seconds_p99,
        pg_catalog.round(done.batch_seconds[4]::numeric, 6) as batch_seconds_max,
        failures.errors,
        failures.failed_records,
        pg_catalog.round(
            failures.failed_records::numeric / nullif(failures.failed_records + counted.processed_records, 0), 6
        ) as failed_share,
        failures.retries,
        failures.resolved_errors,
        presence.worker_count,
        presence.last_heartbeat_at,
        presence.seconds,
        coalesce(runs.completed_at, greatest(presence.last_heartbeat_at, done.last_completed_at, runs.started_at)) as last_seen_at
    from changed_runs
    inner join {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as runs on changed_runs.operation_id = runs.operation_id
    left join lateral (
        select
            pg_catalog.sum(batches.records)::bigint as records,
            pg_catalog.count(*) filter (where batches.status = 'completed') as batches,
            pg_catalog.sum(batches.wal_bytes)::bigint as wal_bytes,
            extract(epoch from pg_catalog.sum(batches.lock_wait)) as lock_wait_seconds,
            pg_catalog.max(batches.completed_at) as last_completed_at,
            -- One sort for all of them.
            pg_catalog.percentile_cont(array[0.5, 0.95, 0.99, 1]) within group (
                order by pg_catalog.date_part('epoch', batches.completed_at - batches.started_at)
            ) as batch_seconds
        from {{ dbt_batch_ops._from(source("batch_ops", "batches")) }} as batches
        where batches.operation_id = runs.operation_id
    ) as done on true
    left join lateral (
        select
            coalesce(case when runs.closed_at is null then done.records end, runs.processed_records) as processed_records,
            case when runs.closed_at is null then done.batches else runs.batch_count end as batch_count
    ) as counted on true
    left join lateral (
        select
            pg_catalog.count(*) filter (where errors.kind <> 'retried' and errors.resolved_at is null) as errors,
            pg_catalog.count(*) filter (
                where errors.kind in ('row', 'invalid') and errors.resolved_at is null
            ) as failed_records,
            pg_catalog.count(*) filter (where errors.kind = 'retried') as retries,
            pg_catalog.count(*) filter (where errors.kind <> 'retried' and errors.resolved_at is not null) as resolved_errors
        from {{ dbt_batch_ops._from(source("batch_ops", "errors")) }} as errors
        where errors.operation_id = runs.operation_id
    ) as failures on true
    left join lateral (
        select
            pg_catalog.count(*) filter (where workers.role = 'worker') as worker_count,
            pg_catalog.max(workers.heartbeat_at) as last_heartbeat_at,
            batch_ops.active_seconds(runs.operation_id) as seconds
        from {{ dbt_batch_ops._from(source("batch_ops", "workers")) }} as workers
        where workers.operation_id = runs.operation_id
    ) as presence on true
)
{%- endmacro %}
