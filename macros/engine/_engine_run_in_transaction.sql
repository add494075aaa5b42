{#-
  batch_ops.run_in_transaction: a whole run inside the caller's transaction, for deployed functions.

  One transaction means one worker, no pause and no progress, and that the caller's rollback takes all of it back.
  A batch that fails ends the run; the batches before it stay, as far as the caller commits, unless the operation says
  rollback_on_any_error: then this raises. The settings are those of a batch's own transaction that its plans need, and
  end with the function.
-#}
{% macro _engine_run_in_transaction() %}
create or replace function batch_ops.run_in_transaction(p_request jsonb, p_arguments jsonb)
returns batch_ops.batch_operation_result
language plpgsql
set jit = off
set enable_seqscan = off
set lock_timeout = 0
as $function$
declare
    v_operation_id uuid := batch_ops.open_deployed(p_request, p_arguments);
    v_state jsonb;
    v_result batch_ops.batch_operation_result;
begin
    loop
        v_state := batch_ops.work_in_transaction(v_operation_id, interval '1 minute', v_state, false);
        exit when v_state ->> 'status' <> 'running';
    end loop;
    if v_state ->> 'status' = 'interrupted' then
        raise query_canceled using message = pg_catalog.format(
            '%s was cancelled; all of it is undone', p_request #>> '{description,operation}'
        );
    elsif
        v_state ->> 'status' <> 'completed'
        and p_request #>> '{description,error_handling}' = 'rollback_on_any_error'
    then
        raise exception '% % after % rows; all of it is undone: %',
            p_request #>> '{description,operation}', v_state ->> 'status', v_state -> 'records',
            coalesce(v_state ->> 'stop_reason', v_state #>> '{errors,-1,error_message}', 'interrupted')
        using errcode = coalesce(v_state #>> '{errors,-1,sqlstate}', '25000');
    end if;
    perform batch_ops.set_status(v_operation_id, v_state ->> 'status', null, v_state ->> 'stop_reason');
    -- Nobody can resume it: what its caller does next is another transaction, or a rollback.
    update batch_ops.runs
    set closed_at = coalesce(runs.closed_at, pg_catalog.clock_timestamp())
    where runs.operation_id = v_operation_id;
    perform batch_ops.drop_staged(v_operation_id);
    return batch_ops.run_result(v_operation_id);
end
$function$
{% endmacro %}
