{#- batch_ops.settle_batch: records what became of a leased batch, in the transaction that changed its rows. -#}
{% macro _engine_settle_batch() %}
create or replace function batch_ops.settle_batch(
    p_operation_id uuid,
    p_step_number integer,
    p_batch_number bigint,
    p_outcome text,
    p_records bigint,
    p_started_at timestamptz,
    p_sqlstate text,
    p_message text
)
returns void
language plpgsql
as $function$
begin
    update batch_ops.batches
    set
        status = case p_outcome when 'cancelled' then 'released' else p_outcome end,
        records = p_records,
        started_at = p_started_at,
        completed_at = case p_outcome when 'completed' then pg_catalog.clock_timestamp() end,
        sqlstate = p_sqlstate,
        error_message = p_message
    where
        batches.operation_id = p_operation_id
        and batches.step_number = p_step_number
        and batches.batch_number = p_batch_number;
end
$function$
{% endmacro %}
