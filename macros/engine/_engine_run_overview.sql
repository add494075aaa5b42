{#-
  batch_ops.run_overview: every run as a person sees it.

  status `interrupted` is a run that says it is running while no session works on it; `completed_with_errors` one that
  has done its scope but for recorded failures. error_count is what is not mended yet. Seconds are those in which
  at least one worker was there, so that a pause between kill and resume does not spoil the rate.
-#}
{% macro _engine_run_overview() %}
create or replace view batch_ops.run_overview as
select
    runs.operation_id,
    runs.operation,
    runs.target,
    work.total_records,
    work.total_is_exact,
    work.iterate_by,
    work.batch_size,
    work.step_count,
    work.current_step,
    batch_ops.shown_parameters(runs.parameters, runs.redacted_parameters) as parameters,
    runs.started_at,
    runs.completed_at,
    runs.deadline_at,
    runs.run_as,
    presence.seconds as active_seconds,
    coalesce(presence.workers, 0) as live_workers,
    case
        when runs.status = 'running' and not coalesce(presence.live, false)
            then case when runs.pause_requested_at is null then 'interrupted' else 'paused' end
        when runs.status = 'completed' and failures.errors > 0 then 'completed_with_errors'
        else runs.status
    end as status,
    runs.closed_at is not null as is_closed,
    coalesce(progress.records, runs.processed_records) as processed_records,
    coalesce(progress.batches, runs.batch_count) as batch_count,
    failures.errors as error_count,
    failures.records as failed_records,
    failures.retries as retry_count,
    runs.stop_reason,
    case
        when presence.seconds > 0
            then coalesce(progress.records, runs.processed_records) / presence.seconds
    end as records_per_second
from batch_ops.runs
left join lateral (
    -- Totals are of the steps that were opened: what a later one has to do is not known before.
    select
        coalesce(pg_catalog.sum(steps.total_records), 0)::bigint as total_records,
        coalesce(pg_catalog.bool_and(steps.total_is_exact), true) as total_is_exact,
        pg_catalog.min(steps.iterate_by) as iterate_by,
        pg_catalog.max(steps.batch_size) as batch_size,
        pg_catalog.count(*) as step_count,
        pg_catalog.max(steps.step_number) filter (where steps.status <> 'pending') as current_step
    from batch_ops.steps
    where steps.operation_id = runs.operation_id
) as work on true
left join lateral (
    -- Counted only while it can still change; a closed run's row has the figures.
    select
        pg_catalog.sum(batches.records)::bigint as records,
        pg_catalog.count(*) filter (where batches.status = 'completed') as batches
    from batch_ops.batches
    where batches.operation_id = runs.operation_id and runs.closed_at is null
    having pg_catalog.count(*) > 0
) as progress on true
left join lateral (
    select
        pg_catalog.count(*) filter (where errors.kind <> 'retried' and errors.resolved_at is null) as errors,
        pg_catalog.count(*) filter (
            where errors.kind in ('row', 'invalid') and errors.resolved_at is null
        ) as records,
        pg_catalog.count(*) filter (where errors.kind = 'retried') as retries
    from batch_ops.errors
    where errors.operation_id = runs.operation_id
) as failures on true
left join lateral (
    select
        pg_catalog.bool_or(
            workers.ended_at is null and batch_ops.is_alive(workers.pid, workers.backend_start)
        ) as live,
        pg_catalog.count(*) filter (
            where workers.role = 'worker'
            and workers.ended_at is null
            and batch_ops.is_alive(workers.pid, workers.backend_start)
        ) as workers,
        batch_ops.active_seconds(runs.operation_id) as seconds
    from batch_ops.workers
    where workers.operation_id = runs.operation_id
) as presence on true
{% endmacro %}
