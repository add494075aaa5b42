{#-
  batch_ops.next_boundary: the last key of the range that follows p_lo; null when fewer keys are left.

  p_stride keys are looked at. While it equals the batch size, no condition is needed to keep a batch small.
  Once a condition proved rare the stride grows, and the condition is asked where the batch would be full.
-#}
{% macro _engine_next_boundary() %}
create or replace function batch_ops.next_boundary(
    p_statements jsonb,
    p_lo jsonb,
    p_upper_bound jsonb,
    p_parameters jsonb,
    p_run_started_at timestamptz,
    p_batch_size integer,
    p_stride integer
)
returns jsonb
language plpgsql
as $function$
declare
    v_position text := case when p_lo is null then 'start' else 'next' end;
    v_hi jsonb;
    v_seqscan text := pg_catalog.current_setting('enable_seqscan');
    v_bitmapscan text := pg_catalog.current_setting('enable_bitmapscan');
begin
    if p_stride > p_batch_size then
        execute p_statements -> 'full_batch' ->> v_position
        into v_hi
        using p_lo, p_upper_bound, p_parameters, p_run_started_at, p_batch_size, p_stride;
        if v_hi is not null then
            return v_hi;
        end if;
    end if;
    -- Under wrong statistics a sort of everything that is left can look cheaper than the ordered
    -- index scan, which alone stops early. Both rivals are off for this one statement of ours.
    perform
        pg_catalog.set_config('enable_seqscan', 'off', true),
        pg_catalog.set_config('enable_bitmapscan', 'off', true);
    execute p_statements -> 'boundary' ->> v_position
    into v_hi
    using p_lo, p_upper_bound, p_parameters, p_run_started_at, p_stride;
    perform
        pg_catalog.set_config('enable_seqscan', v_seqscan, true),
        pg_catalog.set_config('enable_bitmapscan', v_bitmapscan, true);
    return v_hi;
end
$function$
{% endmacro %}
