{#-
  batch_ops.apply_range: a step's statement for one range, in a subtransaction: done, or undone with the error's class.

  Only this statement gives up on a lock; the ledger's own locks are short, and waited for.
-#}
{% macro _engine_apply_range() %}
create or replace function batch_ops.apply_range(p_slice batch_ops.slice, p_lo jsonb, p_hi jsonb)
returns batch_ops.application
language plpgsql
as $function$
declare
    v_result batch_ops.application;
    v_sqlstate text;
    v_message text;
    v_detail text;
    v_constraint text;
begin
    perform pg_catalog.set_config('lock_timeout', p_slice.lock_timeout, true);
    execute p_slice.statements -> 'apply' ->> batch_ops.range_shape(p_lo, p_hi)
    using p_lo, p_hi, p_slice.parameters, p_slice.run_started_at;
    get diagnostics v_result.records = row_count;
    -- A deferred constraint would fail at COMMIT, outside every handler, and take the ledger's record along.
    set constraints all immediate;
    if p_slice.operation_type = 'custom_function' then
        -- What a function changes is its own affair; the step counts the rows that it was called with.
        v_result.records := batch_ops.count_rows(p_slice, p_lo, p_hi);
    end if;
    perform pg_catalog.set_config('lock_timeout', '0', true);
    v_result.applied_hi := p_hi;
    return v_result;
exception
    when others or query_canceled or assert_failure then
        get stacked diagnostics
            v_sqlstate = returned_sqlstate,
            v_message = message_text,
            v_detail = pg_exception_detail,
            v_constraint = constraint_name;
        return batch_ops.failed_application(v_sqlstate, v_message, v_detail, v_constraint);
end
$function$
{% endmacro %}
