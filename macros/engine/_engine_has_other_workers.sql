{#- batch_ops.has_other_workers: whether another session works on a run; one that only coordinates does not count. -#}
{% macro _engine_has_other_workers() %}
create or replace function batch_ops.has_other_workers(p_operation_id uuid)
returns boolean
language sql
as $function$
    select exists (
        select 1 from batch_ops.workers
        where
            workers.operation_id = p_operation_id
            and workers.role = 'worker'
            and workers.ended_at is null
            and workers.pid <> pg_catalog.pg_backend_pid()
            and batch_ops.is_alive(workers.pid, workers.backend_start)
    )
$function$
{% endmacro %}
