{#-
  batch_ops.next_boundaries: the last keys of the next ranges behind p_lo, at most p_count, never beyond the scope.

  p_stride keys are looked at for each. While it equals the batch size, no condition is needed to keep a batch small.
  Once a condition proved rare the stride grows; then one range is found at a time, and it ends earlier where the
  condition has filled a batch.
-#}
{% macro _engine_next_boundaries() %}
create or replace function batch_ops.next_boundaries(
    p_slice batch_ops.slice,
    p_lo jsonb,
    p_stride integer,
    p_count integer
)
returns jsonb[]
language plpgsql
as $function$
declare
    v_position text := case when p_lo is null then 'start' else 'next' end;
    v_bitmapscan text := pg_catalog.current_setting('enable_bitmapscan');
    v_sort text := pg_catalog.current_setting('enable_sort');
    v_boundary jsonb;
    v_boundaries jsonb[];
begin
    -- Under wrong statistics a sort of everything that is left can look cheaper than the ordered index scan,
    -- which alone stops early. Its rivals are off: this one here, sequential scans for the whole transaction.
    perform pg_catalog.set_config('enable_bitmapscan', 'off', true);
    if p_slice.shard is not null then
        -- The other server sorts: here, all keys that are left would have to come first.
        perform pg_catalog.set_config('enable_sort', 'off', true);
    end if;
    if p_count = 1 or p_stride > p_slice.batch_size then
        execute p_slice.statements -> 'boundary' ->> v_position
        into v_boundary
        using p_lo, p_slice.upper_bound, p_slice.parameters, p_slice.run_started_at, p_stride;
        v_boundaries := array[coalesce(v_boundary, p_slice.upper_bound)];
    else
        execute p_slice.statements -> 'boundaries' ->> v_position
        into v_boundaries
        using p_lo, p_slice.upper_bound, p_slice.parameters, p_slice.run_started_at, p_stride, p_stride * p_count;
        if
            pg_catalog.cardinality(v_boundaries) is distinct from p_count
            and v_boundaries[pg_catalog.cardinality(v_boundaries)] is distinct from p_slice.upper_bound
        then
            v_boundaries := v_boundaries || p_slice.upper_bound;
        end if;
    end if;
    perform pg_catalog.set_config('enable_bitmapscan', v_bitmapscan, true);
    if p_slice.shard is not null then
        perform pg_catalog.set_config('enable_sort', v_sort, true);
    end if;

    if p_stride > p_slice.batch_size then
        execute p_slice.statements -> 'full_batch' ->> batch_ops.range_shape(p_lo, v_boundaries[1])
        into v_boundary
        using p_lo, v_boundaries[1], p_slice.parameters, p_slice.run_started_at, p_slice.batch_size;
        v_boundaries := array[coalesce(v_boundary, v_boundaries[1])];
    end if;
    return v_boundaries;
end
$function$
{% endmacro %}
