{#-
  batch_ops.settle_batch: records what became of a leased batch, in the transaction that changed its rows.

  p_batch is the row as it was leased, p_status what it is now, p_applied what was done of it meanwhile. A batch that is
  given back may have the time of its next attempt (p_retry_at) and a smaller size to be done in (p_piece_size).
-#}
{% macro _engine_settle_batch() %}
create or replace function batch_ops.settle_batch(
    p_batch batch_ops.batches,
    p_status text,
    p_applied batch_ops.application,
    p_started_at timestamptz,
    p_attempts integer default 0,
    p_retry_at timestamptz default null,
    p_piece_size integer default null
)
returns void
language plpgsql
as $function$
begin
    update batch_ops.batches
    set
        status = p_status,
        -- Only what tells more than the range itself: nearly every batch is done at once.
        applied_hi = case
            when p_status <> 'completed' or p_applied.failures <> '{}' or p_batch.applied_hi is not null
                then coalesce(p_applied.applied_hi, p_batch.applied_hi)
        end,
        records = nullif(coalesce(p_batch.records, 0) + coalesce(p_applied.records, 0), case when p_status <> 'completed' then 0 end),
        failed_records = p_batch.failed_records
            + coalesce(pg_catalog.cardinality(p_applied.failures), 0) - coalesce(p_applied.resolved, 0),
        attempts = p_attempts,
        retry_at = p_retry_at,
        piece_size = p_piece_size,
        started_at = p_started_at,
        completed_at = case p_status when 'completed' then pg_catalog.clock_timestamp() end,
        sqlstate = p_applied.error_code,
        error_message = case
            when p_applied.error_message is not null then (
                select batch_ops.withheld_message(runs.redact, p_applied.error_code, p_applied.error_message)
                from batch_ops.runs where runs.operation_id = p_batch.operation_id
            )
        end
    where
        batches.operation_id = p_batch.operation_id
        and batches.step_number = p_batch.step_number
        and batches.batch_number = p_batch.batch_number;
end
$function$
{% endmacro %}
