{#-
  batch_ops.failed_row: the row of a range of one, as JSON: the target's row as it is now, or the row that was given.

  Null when it is gone or may not be read: what went wrong is recorded all the same.
-#}
{% macro _engine_failed_row() %}
create or replace function batch_ops.failed_row(p_slice batch_ops.slice, p_lo jsonb, p_hi jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_lo jsonb := nullif(p_lo, 'null'::jsonb);
    v_row jsonb;
begin
    execute p_slice.statements -> 'row' ->> batch_ops.range_shape(v_lo, p_hi)
    into v_row
    using v_lo, p_hi, p_slice.parameters, p_slice.run_started_at;
    return v_row;
exception
    when others then
        return null;
end
$function$
{% endmacro %}
