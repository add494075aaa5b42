{#- batch_ops.run_summary: one run as JSON, with its newest error; null when there is no such run. -#}
{% macro _engine_run_summary() %}
create or replace function batch_ops.run_summary(p_operation_id uuid)
returns jsonb
language sql
stable
as $function$
    select pg_catalog.to_jsonb(overview.*) || pg_catalog.jsonb_build_object(
        'remaining_seconds', extract(epoch from overview.deadline_at - pg_catalog.clock_timestamp()),
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
