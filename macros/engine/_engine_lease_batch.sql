{#-
  batch_ops.lease_batch: locks a batch row that is still claimed with this claim number, and returns it; nulls when it
  is not.

  That row lock is the lease, held until the transaction ends.
-#}
{% macro _engine_lease_batch() %}
create or replace function batch_ops.lease_batch(
    p_operation_id uuid,
    p_step_number integer,
    p_batch_number bigint,
    p_claim_number integer
)
returns batch_ops.batches
language plpgsql
as $function$
declare
    v_batch batch_ops.batches;
begin
    select batches.* into v_batch
    from batch_ops.batches
    where
        batches.operation_id = p_operation_id
        and batches.step_number = p_step_number
        and batches.batch_number = p_batch_number
        and batches.status = 'claimed'
        and batches.claim_number = p_claim_number
    for update;
    return v_batch;
end
$function$
{% endmacro %}
