{#-
  batch_ops.is_live: whether a session works on a run, or is between two of its slices; p_except is one that does not count.

  A closed run may be live: a second worker learns only at the end of its slice that the first one has closed it.
-#}
{% macro _engine_is_live() %}
create or replace function batch_ops.is_live(p_operation_id uuid, p_except integer default null)
returns boolean
language sql
as $function$
    select exists (
        select 1 from batch_ops.workers
        where
            workers.operation_id = p_operation_id
            and workers.ended_at is null
            and workers.pid is distinct from p_except
            and batch_ops.is_alive(workers.pid, workers.backend_start)
    )
$function$
{% endmacro %}
