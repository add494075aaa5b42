{#-
  batch_ops.cancel: ends a run for good; a live one stops within its slice. What it has committed stays.
-#}
{% macro _engine_cancel() %}
create or replace function batch_ops.cancel(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
declare
    v_live boolean;
begin
    perform batch_ops.lock_step(steps.operation_id, steps.step_number)
    from batch_ops.steps
    where steps.operation_id = p_operation_id;
    update batch_ops.runs
    set cancel_requested_at = pg_catalog.clock_timestamp(), cancel_requested_by = session_user
    where runs.operation_id = p_operation_id and runs.closed_at is null;
    if found then
        select pg_catalog.count(*) > 0 into v_live
        from batch_ops.workers
        where
            workers.operation_id = p_operation_id
            and workers.ended_at is null
            and batch_ops.is_alive(workers.pid, workers.backend_start);
        if not v_live then
            perform batch_ops.set_status(p_operation_id, 'cancelled');
        end if;
    end if;
    return batch_ops.run_summary(p_operation_id);
end
$function$
{% endmacro %}
