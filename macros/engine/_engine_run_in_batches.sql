{#-
  batch_ops.run_in_batches: a whole run that commits every batch, for deployed procedures. CALL it outside a transaction.

  Under rollback_on_any_error it is one transaction after all.
-#}
{% macro _engine_run_in_batches() %}
create or replace procedure batch_ops.run_in_batches(
    p_request jsonb,
    p_arguments jsonb,
    inout p_result batch_ops.batch_operation_result default null
)
language plpgsql
as $procedure$
declare
    v_operation_id uuid;
    v_state jsonb;
begin
    if p_request #>> '{description,error_handling}' = 'rollback_on_any_error' then
        p_result := batch_ops.run_in_transaction(p_request, p_arguments);
        return;
    end if;
    v_operation_id := batch_ops.open_deployed(p_request, p_arguments);
    commit;
    loop
        call batch_ops.work(v_operation_id, interval '1 minute', v_state);
        exit when
            v_state ->> 'status' <> 'running'
            or (v_state ->> 'interrupted')::boolean
            or (v_state ->> 'stopped')::boolean;
    end loop;
    p_result := batch_ops.run_result(v_operation_id);
end
$procedure$
{% endmacro %}
