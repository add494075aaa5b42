{#-
  batch_ops.set_first_row_aside: an application whose error stands for its next row, as one that goes on behind that row.
-#}
{% macro _engine_set_first_row_aside() %}
create or replace function batch_ops.set_first_row_aside(
    p_slice batch_ops.slice,
    p_batch batch_ops.batches,
    p_applied batch_ops.application
)
returns batch_ops.application
language plpgsql
as $function$
declare
    v_lo jsonb := coalesce(p_applied.applied_hi, p_batch.applied_hi, p_batch.range_lo);
    v_hi jsonb := batch_ops.piece_end(p_slice, v_lo, p_batch.range_hi, 1);
begin
    p_applied.failures := coalesce(p_applied.failures, '{}') || pg_catalog.jsonb_build_object(
        'range_lo', v_lo, 'range_hi', v_hi, 'sqlstate', p_applied.error_code, 'message', p_applied.error_message
    );
    p_applied.applied_hi := v_hi;
    return p_applied;
end
$function$
{% endmacro %}
