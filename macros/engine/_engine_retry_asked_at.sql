{#- batch_ops.retry_asked_at: when somebody last asked to try a run's failures again: older ones wait for that; or null. -#}
{% macro _engine_retry_asked_at() %}
create or replace function batch_ops.retry_asked_at(p_operation_id uuid)
returns timestamptz
language sql
stable
as $function$
    select pg_catalog.max(controls.requested_at)
    from batch_ops.controls
    where controls.operation_id = p_operation_id and controls.action = 'retry_failed'
$function$
{% endmacro %}
