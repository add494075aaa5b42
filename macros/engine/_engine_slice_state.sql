{#- batch_ops.slice_state: what a line of progress says of a run's step, and the seconds left of the run's timeout. -#}
{% macro _engine_slice_state() %}
create or replace function batch_ops.slice_state(p_operation_id uuid, p_step_number integer)
returns jsonb
language sql
stable
as $function$
    select pg_catalog.jsonb_build_object(
        'step', pg_catalog.jsonb_build_object(
            'number', steps.step_number, 'name', steps.name, 'operation_type', steps.operation_type,
            'total_records', steps.total_records, 'total_is_exact', steps.total_is_exact,
            'completed', steps.status = 'completed'
        ),
        'remaining_seconds', extract(epoch from runs.deadline_at - pg_catalog.clock_timestamp())
    )
    from batch_ops.runs
    inner join batch_ops.steps using (operation_id)
    where runs.operation_id = p_operation_id and steps.step_number = p_step_number
$function$
{% endmacro %}
