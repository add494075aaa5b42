{#-
  batch_ops.settle_disconnected: what becomes of a batch whose transaction had to be rolled back with its connection to a
  shard; called in the transaction after it. Returns the outcome, as apply_batch does.
-#}
{% macro _engine_settle_disconnected() %}
create or replace function batch_ops.settle_disconnected(
    p_slice batch_ops.slice,
    p_batch_number bigint,
    p_claim_number integer,
    p_failure batch_ops.application
)
returns text
language plpgsql
as $function$
declare
    v_batch batch_ops.batches;
begin
    if not coalesce((
        batch_ops.lease_batch(p_slice.operation_id, p_slice.step_number, p_batch_number, p_claim_number)
    ).leased, false) then
        return 'lost';
    end if;
    select batches.* into v_batch
    from batch_ops.batches
    where
        batches.operation_id = p_slice.operation_id
        and batches.step_number = p_slice.step_number
        and batches.batch_number = p_batch_number;
    p_failure.failure_class := 'transient';
    p_failure.applied_hi := null;
    p_failure.records := null;
    p_failure.failures := null;
    return batch_ops.settle_failure(p_slice, v_batch, p_failure, pg_catalog.clock_timestamp());
end
$function$
{% endmacro %}
