{#-
  batch_ops.write_marker: tells a shard, in the transaction that changed its rows, what was done of a batch.

  A part without a changed row needs none: done again it comes to the same. Raises BO021 when the shard knows the batch already
  and the ledger does not, or the other way round: one of them is older than the other, as after a restore.
-#}
{% macro _engine_write_marker() %}
create or replace function batch_ops.write_marker(
    p_slice batch_ops.slice,
    p_batch batch_ops.batches,
    p_applied batch_ops.application
)
returns void
language plpgsql
as $function$
declare
    v_count bigint := 0;
    v_is_first boolean := coalesce(p_batch.records, 0) = 0;
begin
    if coalesce(p_applied.records, 0) = 0 then
        return;
    end if;
    execute case
        when v_is_first then pg_catalog.format(
            'insert into batch_ops.%I (operation_id, step_number, batch_number, shard, records, applied_hi, part_records, '
            'part_failures) values ($1, $2, $3, $4, $5 + $6, $7, $6, $8) on conflict do nothing', p_slice.marker_table
        )
        else pg_catalog.format(
            'update batch_ops.%I as markers set records = $5 + $6, applied_hi = $7, part_records = $6, part_failures = $8 '
            'where markers.operation_id = $1 and markers.step_number = $2 and markers.batch_number = $3 '
            'and markers.shard = $4 and markers.records = $5', p_slice.marker_table
        )
    end
    using
        p_batch.operation_id, p_batch.step_number, p_batch.batch_number, p_slice.shard, coalesce(p_batch.records, 0),
        p_applied.records, p_applied.applied_hi, pg_catalog.to_jsonb(coalesce(p_applied.failures, '{}'));
    get diagnostics v_count = row_count;
    if v_count <> 1 then
        raise exception 'the ledger and shard % do not agree on batch %: one of them is older than the other',
            p_slice.shard, p_batch.batch_number
        using
            errcode = 'BO021',
            hint = 'Was one of them restored from a backup? Compare batch_ops.applied there with batch_ops.batches here.';
    end if;
end
$function$
{% endmacro %}
