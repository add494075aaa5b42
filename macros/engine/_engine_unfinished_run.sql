{#- batch_ops.unfinished_run: the run that stands in the way of another one of an operation on a target, as `existing`. -#}
{% macro _engine_unfinished_run() %}
create or replace function batch_ops.unfinished_run(p_operation text, p_target text)
returns jsonb
language sql
stable
as $function$
    select pg_catalog.jsonb_build_object('existing', runs.operation_id)
    from batch_ops.runs
    where
        runs.operation = p_operation
        and runs.target = p_target
        and runs.closed_at is null
        and runs.status <> 'planned'
$function$
{% endmacro %}
