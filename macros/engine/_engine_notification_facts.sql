{#-
  batch_ops.notification_facts: what a notification tells of a run: what a program reads, and what messages are filled with.

  p_records and p_batches are what is done so far, which the caller knows; it is not counted here, where a run may
  have a million batches.
-#}
{% macro _engine_notification_facts() %}
create or replace function batch_ops.notification_facts(
    p_run batch_ops.runs,
    p_event text,
    p_records bigint,
    p_batches bigint
)
returns jsonb
language sql
stable
as $function$
    select pg_catalog.jsonb_build_object(
        'event', p_event,
        'operation_id', p_run.operation_id,
        'operation', p_run.operation,
        'description', p_run.description,
        'target', p_run.target,
        'status', case
            when p_run.status = 'completed' and failures.errors > 0 then 'completed_with_errors'
            else p_run.status
        end,
        'processed_records', p_records,
        -- What was an estimate is known when all of it is done.
        'total_records', case
            when p_run.status = 'completed' and not work.total_is_exact then p_records + failures.records
            else work.total_records
        end,
        'total_is_exact', work.total_is_exact or p_run.status = 'completed',
        'failed_records', failures.records,
        'error_count', failures.errors,
        'batch_count', p_batches,
        'seconds', pg_catalog.round(presence.seconds, 1),
        'records_per_second', case
            when presence.seconds > 0 then pg_catalog.round(p_records / presence.seconds)
        end,
        'started_at', p_run.started_at,
        'completed_at', p_run.completed_at,
        'stop_reason', p_run.stop_reason
    )
    from (
        select
            coalesce(pg_catalog.sum(steps.total_records), 0) as total_records,
            coalesce(pg_catalog.bool_and(steps.total_is_exact), true) as total_is_exact
        from batch_ops.steps
        where steps.operation_id = p_run.operation_id
    ) as work
    cross join (
        select
            pg_catalog.count(*) as errors,
            pg_catalog.count(*) filter (where errors.kind in ('row', 'invalid')) as records
        from batch_ops.errors
        where
            errors.operation_id = p_run.operation_id
            and errors.resolved_at is null
            and errors.kind <> 'retried'
    ) as failures
    cross join (select batch_ops.active_seconds(p_run.operation_id) as seconds) as presence
$function$
{% endmacro %}
