{#- batch_ops.run_summary: one run as JSON, with its newest error; null when there is no such run. -#}
{% macro _engine_run_summary() %}
create or replace function batch_ops.run_summary(p_operation_id uuid)
returns jsonb
language sql
stable
as $function$
    select pg_catalog.to_jsonb(overview.*) || pg_catalog.jsonb_build_object(
        'remaining_seconds', extract(epoch from overview.deadline_at - pg_catalog.clock_timestamp()),
        'max_records', (select runs.max_records from batch_ops.runs where runs.operation_id = p_operation_id),
        'steps', (
            select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'number', steps.step_number,
                'name', steps.name,
                'operation_type', steps.operation_type,
                'status', steps.status,
                'iterate_by', steps.iterate_by,
                'batch_size', steps.batch_size,
                'total_records', steps.total_records,
                'total_is_exact', steps.total_is_exact,
                'source', steps.source,
                'records', done.records,
                'batches', done.batches
            ) order by steps.step_number)
            from batch_ops.steps
            cross join lateral (
                select
                    coalesce(pg_catalog.sum(batches.records), 0) as records,
                    pg_catalog.count(*) filter (where batches.status = 'completed') as batches
                from batch_ops.batches
                where batches.operation_id = p_operation_id and batches.step_number = steps.step_number
            ) as done
            where steps.operation_id = p_operation_id
        ),
        'newest_error', (
            select pg_catalog.to_jsonb(errors.*) || pg_catalog.jsonb_build_object(
                'range_lo', batches.range_lo, 'range_hi', batches.range_hi
            )
            from batch_ops.errors
            left join batch_ops.batches using (operation_id, step_number, batch_number)
            where errors.operation_id = p_operation_id
            order by errors.error_id desc
            limit 1
        )
    )
    from batch_ops.run_overview as overview
    where overview.operation_id = p_operation_id
$function$
{% endmacro %}
