{#-
  batch_ops.claim_new: claims the next ranges behind a step's position; runs under the step's claim lock.
-#}
{% macro _engine_claim_new() %}
create or replace function batch_ops.claim_new(
    p_slice batch_ops.slice,
    p_stride integer,
    p_count integer,
    out batch_numbers bigint[],
    out claim_numbers integer[]
)
language plpgsql
as $function$
declare
    v_newest record;
    v_number bigint;
    v_lo jsonb;
    v_hi jsonb;
    v_ends jsonb[];
begin
    select * into v_newest
    from batch_ops.position(p_slice.operation_id, p_slice.step_number);
    v_number := coalesce(v_newest.batch_number, 0);
    v_lo := v_newest.range_hi;

    if p_slice.upper_bound is null or v_lo = p_slice.upper_bound then
        return;
    elsif p_slice.iterate_by in ('keys', 'rows') or (
        -- An integer key that had (nearly) no gaps in the newest batch: counting on spares the index scan
        -- that finds the boundary, up to a tenth of a batch's time.
        p_slice.iterate_by = 'range'
        and (p_slice.statements -> 'is_integer_key')::boolean
        and (v_newest.range_hi ->> 0)::numeric - (v_newest.range_lo ->> 0)::numeric <= v_newest.records * 1.05
    ) then
        v_ends := batch_ops.next_integers(v_lo, p_slice.upper_bound, p_slice.batch_size, p_count);
    else
        v_ends := batch_ops.next_boundaries(
            p_slice, v_lo, p_stride,
            -- Reading the keys of several large batches at once costs more than the transactions it saves.
            case when p_slice.batch_size >= 500 then 1 else p_count end
        );
    end if;

    foreach v_hi in array v_ends loop
        v_number := v_number + 1;
        insert into batch_ops.batches (
            operation_id, step_number, batch_number, status, worker_id, range_lo, range_hi
        )
        values (
            p_slice.operation_id, p_slice.step_number, v_number, 'claimed', p_slice.worker_id, v_lo, v_hi
        );
        batch_numbers := batch_numbers || v_number;
        claim_numbers := claim_numbers || 1;
        v_lo := v_hi;
    end loop;
end
$function$
{% endmacro %}
