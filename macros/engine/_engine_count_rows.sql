{#- batch_ops.count_rows: the rows of a step's source in a range; 1 for a call without rows. -#}
{% macro _engine_count_rows() %}
create or replace function batch_ops.count_rows(p_slice batch_ops.slice, p_lo jsonb, p_hi jsonb)
returns bigint
language plpgsql
as $function$
declare
    v_rows bigint := 1;
begin
    if p_slice.statements ->> 'count' is not null then
        execute p_slice.statements ->> 'count' into v_rows using p_lo, p_hi;
    end if;
    return v_rows;
end
$function$
{% endmacro %}
