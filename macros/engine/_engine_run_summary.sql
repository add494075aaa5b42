{#- batch_ops.run_summary: one run as JSON, with its first failed rows and its newest error; null when there is none. -#}
{% macro _engine_run_summary() %}
create or replace function batch_ops.run_summary(p_operation_id uuid)
returns jsonb
language sql
stable
as $function$
    select pg_catalog.to_jsonb(overview.*) || pg_catalog.jsonb_build_object(
        'remaining_seconds', extract(epoch from overview.deadline_at - pg_catalog.clock_timestamp()),
        'max_records', runs.max_records,
        'error_handling', runs.error_handling,
        'max_workers', runs.max_workers,
        'has_other_workers', batch_ops.has_other_workers(p_operation_id),
        'batch_timeout_seconds', extract(epoch from runs.batch_timeout),
        'pause_requested_by', runs.pause_requested_by,
        'cancel_requested_by', runs.cancel_requested_by,
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
            where errors.operation_id = p_operation_id and errors.kind <> 'retried' and errors.resolved_at is null
            order by errors.error_id desc
            limit 1
        ),
        'first_failures', (
            select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(first_ones.*) order by first_ones.error_id)
            from (
                select
                    errors.error_id, errors.kind, errors.step_number, errors.batch_number, errors.sqlstate,
                    errors.error_message, errors.row_key, errors.row_number, errors.source_line
                from batch_ops.errors
                where
                    errors.operation_id = p_operation_id
                    and errors.kind in ('row', 'batch')
                    and errors.resolved_at is null
                order by errors.error_id
                limit 5
            ) as first_ones
        )
    )
    from batch_ops.run_overview as overview
    inner join batch_ops.runs using (operation_id)
    where overview.operation_id = p_operation_id
$function$
{% endmacro %}
