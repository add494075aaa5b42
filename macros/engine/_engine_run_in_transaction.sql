{#-
  batch_ops.run_in_transaction: a whole run inside the caller's transaction, for deployed functions.

  One transaction means one worker, no pause and no progress, and that the caller's rollback takes all of it back.
  A batch that fails ends the run; the batches before it stay, as far as the caller commits. The settings are those
  of a batch's own transaction (see enter_transaction), and end with the function.
-#}
{% macro _engine_run_in_transaction() %}
create or replace function batch_ops.run_in_transaction(p_request jsonb, p_arguments jsonb)
returns batch_ops.batch_operation_result
language plpgsql
as $function$
declare
    v_operation_id uuid := batch_ops.open_deployed(p_request, p_arguments);
    v_status text;
begin
    loop
        v_status := batch_ops.work_off_step(v_operation_id);
        exit when v_status <> 'running';
    end loop;
    -- Nobody can resume it: what its caller does next is another transaction, or a rollback.
    update batch_ops.runs
    set closed_at = coalesce(runs.closed_at, pg_catalog.clock_timestamp())
    where runs.operation_id = v_operation_id;
    perform batch_ops.drop_staged(v_operation_id);
    return batch_ops.run_result(v_operation_id);
end
$function$
{% endmacro %}
