{#-
  batch_ops.matching_keys: the ends of the smallest parts of a range, in order: the keys of its matching rows, or its
  ordinals. The last one is the range's own end; at least that one is returned.
-#}
{% macro _engine_matching_keys() %}
create or replace function batch_ops.matching_keys(p_slice batch_ops.slice, p_lo jsonb, p_hi jsonb)
returns jsonb[]
language plpgsql
as $function$
declare
    v_keys jsonb[];
begin
    if p_slice.iterate_by = 'range' then
        execute p_slice.statements -> 'matching' ->> batch_ops.range_shape(p_lo, p_hi)
        into v_keys
        using p_lo, p_hi, p_slice.parameters, p_slice.run_started_at;
    else
        select pg_catalog.array_agg(pg_catalog.jsonb_build_array(ordinals.number) order by ordinals.number)
        into v_keys
        from pg_catalog.generate_series(
            coalesce((p_lo ->> 0)::bigint, 0) + 1, (p_hi ->> 0)::bigint
        ) as ordinals (number);
    end if;
    v_keys[greatest(pg_catalog.cardinality(v_keys), 1)] := p_hi;
    return v_keys;
end
$function$
{% endmacro %}
