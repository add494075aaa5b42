{#-
  batch_ops.range_shape: which of a step's statements fits a range.

  `start` has no lower end; otherwise the position of the first key column in which the two ends differ,
  because the columns before it are compared by equality (docs/decisions/0002-range-shapes.md).
-#}
{% macro _engine_range_shape() %}
create or replace function batch_ops.range_shape(p_lo jsonb, p_hi jsonb)
returns text
language plpgsql
immutable
as $function$
begin
    if p_lo is null then
        return 'start';
    end if;
    for v_column in 0 .. pg_catalog.jsonb_array_length(p_hi) - 1 loop
        if p_lo -> v_column <> p_hi -> v_column then
            return v_column::text;
        end if;
    end loop;
    raise exception 'The range (%, %] is empty.', p_lo, p_hi using errcode = 'internal_error';
end
$function$
{% endmacro %}
