{#-
  batch_ops.is_worked_on: whether a session other than this one works on a run.

  A closed run may be: a second worker learns only at the end of its slice that the first one has closed it.
-#}
{% macro _engine_is_worked_on() %}
create or replace function batch_ops.is_worked_on(p_operation_id uuid)
returns boolean
language sql
as $function$
    select exists (
        select 1
        from batch_ops.workers
        where
            workers.operation_id = p_operation_id
            and workers.ended_at is null
            and workers.pid <> pg_catalog.pg_backend_pid()
            and batch_ops.is_alive(workers.pid, workers.backend_start)
    )
$function$
{% endmacro %}
