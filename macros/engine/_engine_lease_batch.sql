{#-
  batch_ops.lease_batch: locks a batch row that is still claimed with this claim number; leased is false when it is not.

  That row lock is the lease, held until the transaction ends. is_new: nothing of the batch was done before, and it is not
  known to be slow.
-#}
{% macro _engine_lease_batch() %}
create or replace function batch_ops.lease_batch(
    p_operation_id uuid,
    p_step_number integer,
    p_batch_number bigint,
    p_claim_number integer,
    out leased boolean,
    out is_new boolean,
    out range_lo jsonb,
    out range_hi jsonb
)
language plpgsql
as $function$
begin
    select
        true, batches.applied_hi is null and batches.piece_size is null, batches.range_lo, batches.range_hi
    into leased, is_new, lease_batch.range_lo, lease_batch.range_hi
    from batch_ops.batches
    where
        batches.operation_id = p_operation_id
        and batches.step_number = p_step_number
        and batches.batch_number = p_batch_number
        and batches.status = 'claimed'
        and batches.claim_number = p_claim_number
    for update;
    leased := found;
end
$function$
{% endmacro %}
