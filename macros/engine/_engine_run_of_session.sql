{#-
  batch_ops.run_of_session: the run that a session works on, or worked on last; no row when it never did.

  A session of another role shows no start: of the runs that its process id worked on only one that was not ended counts
  then, since the id may have been another session's before.
-#}
{% macro _engine_run_of_session() %}
create or replace function batch_ops.run_of_session(
    p_pid integer,
    p_backend_start timestamptz,
    out operation text,
    out operation_id uuid,
    out is_working boolean
)
returns setof record
language sql
stable
as $function$
    select runs.operation, runs.operation_id, workers.ended_at is null
    from batch_ops.workers
    inner join batch_ops.runs on workers.operation_id = runs.operation_id
    where
        workers.pid = p_pid
        and (workers.backend_start = p_backend_start or (p_backend_start is null and workers.ended_at is null))
    order by workers.ended_at is null desc, workers.heartbeat_at desc
    limit 1
$function$
{% endmacro %}
