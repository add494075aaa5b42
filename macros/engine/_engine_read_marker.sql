{#-
  batch_ops.read_marker: what a shard has of a batch that the ledger does not have: the last part that was applied to it, as
  an application; null when both say the same.

  The ledger can be behind by one part only: the next one begins after the commit that told of it.
-#}
{% macro _engine_read_marker() %}
create or replace function batch_ops.read_marker(p_slice batch_ops.slice, p_batch batch_ops.batches)
returns batch_ops.application
language plpgsql
as $function$
declare
    v_marker record;
    v_result batch_ops.application;
begin
    execute pg_catalog.format(
        'select markers.* from batch_ops.%I as markers where markers.operation_id = $1 and markers.step_number = $2 '
        'and markers.batch_number = $3 and markers.shard = $4', p_slice.marker_table
    )
    into v_marker
    using p_batch.operation_id, p_batch.step_number, p_batch.batch_number, p_slice.shard;
    -- Every part that has a marker changed rows, so their number tells the one from the other.
    if v_marker.records - v_marker.part_records = coalesce(p_batch.records, 0) then
        v_result.applied_hi := v_marker.applied_hi;
        v_result.records := v_marker.part_records;
        v_result.failures := array(select pg_catalog.jsonb_array_elements(v_marker.part_failures));
    end if;
    return v_result;
end
$function$
{% endmacro %}
