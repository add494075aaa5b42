{#-
  batch_ops.write_marker: tells a shard, in the transaction that changed its rows, what was done of a batch.

  p_records_before: its rows that were changed before this part, and told then. A part without a changed row needs no marker:
  done again it comes to the same. Raises BO021 when the shard knows the batch already and the ledger does not, or the other way
  round: one of them is older than the other, as after a restore.
-#}
{% macro _engine_write_marker() %}
create or replace function batch_ops.write_marker(
    p_slice batch_ops.slice,
    p_batch_number bigint,
    p_records_before bigint,
    p_records bigint,
    p_applied_hi jsonb,
    p_failures jsonb[] default '{}'
)
returns void
language plpgsql
as $function$
declare
    v_count bigint := 0;
begin
    if coalesce(p_records, 0) = 0 then
        return;
    end if;
    execute case
        when p_records_before = 0 then pg_catalog.format(
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
        p_slice.operation_id, p_slice.step_number, p_batch_number, p_slice.shard, p_records_before, p_records,
        p_applied_hi, pg_catalog.to_jsonb(coalesce(p_failures, '{}'));
    get diagnostics v_count = row_count;
    if v_count <> 1 then
        raise exception 'the ledger and shard % do not agree on batch %: one of them is older than the other',
            p_slice.shard, p_batch_number
        using
            errcode = 'BO021',
            hint = 'Was one of them restored from a backup? Compare batch_ops.applied there with batch_ops.batches here.';
    end if;
end
$function$
{% endmacro %}
