{#-
  batch_ops.register_worker: records that this session works on a run, or coordinates its workers, and that it is alive now.
-#}
{% macro _engine_register_worker() %}
create or replace function batch_ops.register_worker(p_operation_id uuid, p_role text default 'worker')
returns bigint
language sql
as $function$
    insert into batch_ops.workers as workers (operation_id, pid, backend_start, role)
    select p_operation_id, activity.pid, activity.backend_start, p_role
    from pg_catalog.pg_stat_activity as activity
    where activity.pid = pg_catalog.pg_backend_pid()
    on conflict (operation_id, pid, backend_start) do update
    set heartbeat_at = pg_catalog.clock_timestamp(), ended_at = null, role = excluded.role, stop_reason = null
    returning workers.worker_id
$function$
{% endmacro %}
