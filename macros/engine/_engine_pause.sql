{#-
  batch_ops.pause: asks a run to stop within its slice; what it has committed stays, and it can go on later.

  A run that nobody works on is paused at once. Returns the run's summary, null when there is no such run.
-#}
{% macro _engine_pause() %}
create or replace function batch_ops.pause(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
begin
    update batch_ops.runs
    set pause_requested_at = pg_catalog.clock_timestamp(), pause_requested_by = session_user
    where
        runs.operation_id = p_operation_id
        and runs.closed_at is null
        and runs.status in ('running', 'blocked')
        and runs.cancel_requested_at is null
        and runs.pause_requested_at is null;
    if found then
        insert into batch_ops.controls (operation_id, action) values (p_operation_id, 'pause');
        if not batch_ops.is_live(p_operation_id) then
            perform batch_ops.lock_steps(p_operation_id);
            perform batch_ops.set_status(p_operation_id, 'paused');
        end if;
    end if;
    return batch_ops.run_summary(p_operation_id);
end
$function$
{% endmacro %}
