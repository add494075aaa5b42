{#-
  batch_ops.cancel: ends a run for good; a live one stops within its slice. What it has committed stays.

  A live run is only asked: waiting for its locks could take as long as a batch, or, for a run that is one transaction,
  as long as the run.
-#}
{% macro _engine_cancel() %}
create or replace function batch_ops.cancel(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
begin
    update batch_ops.runs
    set cancel_requested_at = pg_catalog.clock_timestamp(), cancel_requested_by = session_user
    where runs.operation_id = p_operation_id and runs.closed_at is null;
    if found then
        insert into batch_ops.controls (operation_id, action) values (p_operation_id, 'cancel');
        if not batch_ops.is_live(p_operation_id) then
            perform batch_ops.lock_steps(p_operation_id);
            perform batch_ops.set_status(p_operation_id, 'cancelled');
        end if;
    end if;
    return batch_ops.run_summary(p_operation_id);
end
$function$
{% endmacro %}
