{#-
  batch_ops.add_batch_metrics: adds what one more attempt has cost to a batch that was not simply done at once.

  An attempt that was given up for a lock or a deadlock has waited for it all along, as far as anybody can tell: a session
  cannot see how long a statement that went through in the end has waited for a row.
-#}
{% macro _engine_add_batch_metrics() %}
create or replace function batch_ops.add_batch_metrics(
    p_operation_id uuid,
    p_step_number integer,
    p_batch_number bigint,
    p_started_at timestamptz,
    p_wal_bytes bigint,
    p_lock_wait interval
)
returns void
language sql
as $function$
    update batch_ops.batches
    set
        wal_bytes = coalesce(batches.wal_bytes, 0) + p_wal_bytes,
        lock_wait = coalesce(batches.lock_wait, interval '0') + case
            when batches.sqlstate in ('55P03', '40P01') then pg_catalog.clock_timestamp() - p_started_at
            else p_lock_wait
        end
    where
        batches.operation_id = p_operation_id
        and batches.step_number = p_step_number
        and batches.batch_number = p_batch_number
$function$
{% endmacro %}
