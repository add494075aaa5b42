{#- batch_ops.run_result: one run as the row that a deployed function returns. -#}
{% macro _engine_run_result() %}
create or replace function batch_ops.run_result(p_operation_id uuid)
returns batch_ops.batch_operation_result
language sql
stable
as $function$
    select row(
        overview.operation_id,
        overview.operation,
        overview.status,
        coalesce(sources.given, overview.total_records),
        overview.processed_records,
        coalesce(sources.unknown, 0),
        coalesce(sources.duplicates, 0),
        coalesce(sources.invalid, 0),
        overview.error_count,
        (
            select errors.error_message from batch_ops.errors
            where errors.operation_id = p_operation_id and errors.kind <> 'retried' and errors.resolved_at is null
            order by errors.error_id desc limit 1
        ),
        overview.started_at,
        overview.completed_at
    )::batch_ops.batch_operation_result
    from batch_ops.run_overview as overview
    cross join lateral (
        select
            pg_catalog.sum((steps.source ->> 'given')::bigint)::bigint as given,
            pg_catalog.sum((steps.source ->> 'unknown')::bigint)::bigint as unknown,
            pg_catalog.sum(
                coalesce((steps.source ->> 'duplicates')::bigint, (steps.source ->> 'superseded')::bigint)
            )::bigint as duplicates,
            pg_catalog.sum((steps.source ->> 'invalid')::bigint)::bigint as invalid
        from batch_ops.steps
        where steps.operation_id = p_operation_id
    ) as sources
    where overview.operation_id = p_operation_id
$function$
{% endmacro %}
