{#- batch_ops.announce_start: tells that a run begins, where its progress shall be told and it has anything to do. -#}
{% macro _engine_announce_start() %}
create or replace function batch_ops.announce_start(p_operation_id uuid)
returns void
language sql
as $function$
    select batch_ops.announce(runs.operation_id, 'started', 0, 0)
    from batch_ops.runs
    where
        runs.operation_id = p_operation_id
        and runs.progress_notification_interval is not null
        and runs.status = 'running'
$function$
{% endmacro %}
