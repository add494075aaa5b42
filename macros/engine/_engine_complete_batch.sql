{#-
  batch_ops.complete_batch: records a leased batch that was done at once, in the transaction that changed its rows.

  What nearly every batch comes to, so it writes no more than it must; settle_batch is for all others.
-#}
{% macro _engine_complete_batch() %}
create or replace function batch_ops.complete_batch(
    p_operation_id uuid,
    p_step_number integer,
    p_batch_number bigint,
    p_records bigint,
    p_started_at timestamptz,
    p_wal_bytes bigint default null,
    p_lock_wait interval default null
)
returns void
language plpgsql
as $function$
begin
    update batch_ops.batches
    set
        status = 'completed',
        records = p_records,
        started_at = p_started_at,
        completed_at = pg_catalog.clock_timestamp(),
        -- Attempts before this one have cost something as well.
        wal_bytes = coalesce(batches.wal_bytes, 0) + p_wal_bytes,
        lock_wait = coalesce(batches.lock_wait, interval '0') + p_lock_wait,
        sqlstate = null,
        error_message = null
    where
        batches.operation_id = p_operation_id
        and batches.step_number = p_step_number
        and batches.batch_number = p_batch_number;
end
$function$
{% endmacro %}
