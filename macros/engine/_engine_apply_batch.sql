{#-
  batch_ops.apply_batch: changes the rows of one claimed range and records it, both in the caller's transaction.

  outcome is `completed`, `failed` (the error is recorded), `cancelled` (by a person or by statement_timeout) or
  `lost` (another worker took the claim over: nothing was changed). Nothing is caught outside the inner block:
  the batch row's lock is the lease and must outlive a failed statement.
-#}
{% macro _engine_apply_batch() %}
create or replace function batch_ops.apply_batch(
    p_slice batch_ops.slice,
    p_batch_number bigint,
    p_claim_number integer,
    out outcome text,
    out records bigint
)
language plpgsql
as $function$
declare
    v_started_at timestamptz := pg_catalog.clock_timestamp();
    v_lease record;
    v_sqlstate text;
    v_message text;
    v_detail text;
    v_constraint text;
begin
    select * into v_lease
    from batch_ops.lease_batch(p_slice.operation_id, p_slice.step_number, p_batch_number, p_claim_number);
    if not v_lease.leased then
        outcome := 'lost';
        return;
    end if;

    begin
        execute p_slice.statements -> 'apply' ->> batch_ops.range_shape(v_lease.range_lo, v_lease.range_hi)
        using v_lease.range_lo, v_lease.range_hi, p_slice.parameters, p_slice.run_started_at;
        get diagnostics records = row_count;
        if p_slice.operation_type = 'custom_function' then
            -- What a function changes is its own affair; the step counts the rows that it was called with.
            records := batch_ops.count_rows(p_slice, v_lease.range_lo, v_lease.range_hi);
        end if;
        -- A deferred constraint would fail at COMMIT, outside every handler, and take this record along.
        set constraints all immediate;
        outcome := 'completed';
    exception
        when query_canceled then
            outcome := 'cancelled';
        when others or assert_failure then
            get stacked diagnostics
                v_sqlstate = returned_sqlstate,
                v_message = message_text,
                v_detail = pg_exception_detail,
                v_constraint = constraint_name;
            outcome := 'failed';
    end;

    if outcome = 'failed' then
        perform batch_ops.record_error(
            p_slice.operation_id, p_slice.step_number, p_batch_number, p_claim_number,
            v_sqlstate, v_message, v_detail, v_constraint
        );
    end if;
    perform batch_ops.settle_batch(
        p_slice.operation_id, p_slice.step_number, p_batch_number, outcome,
        case outcome when 'completed' then records end, v_started_at, v_sqlstate, v_message
    );
end
$function$
{% endmacro %}
