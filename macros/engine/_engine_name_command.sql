{#-
  batch_ops.name_command: notes which command this session works for, so that the command finds its run.

  Needed where a command went on with another run than the one that it would have opened.
-#}
{% macro _engine_name_command() %}
create or replace function batch_ops.name_command(p_operation_id uuid, p_command_id uuid)
returns void
language sql
as $function$
    update batch_ops.workers
    set command_id = p_command_id
    where workers.operation_id = p_operation_id and workers.pid = pg_catalog.pg_backend_pid() and workers.ended_at is null
$function$
{% endmacro %}
