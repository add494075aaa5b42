{#-
  batch_ops.claim_new: claims the next ranges behind a step's position; runs under the step's claim lock.
-#}
{% macro _engine_claim_new() %}
create or replace function batch_ops.claim_new(
    p_slice batch_ops.slice,
    p_stride integer,
    p_count integer,
    out batch_numbers bigint [],
    out claim_numbers integer []
)
language plpgsql
as $function$
declare
    v_number bigint;
    v_lo jsonb;
    v_hi jsonb;
    v_ends jsonb [];
begin
    select newest.batch_number, newest.range_hi
    into v_number, v_lo
    from batch_ops.position(p_slice.operation_id, p_slice.step_number) as newest;
    v_number := coalesce(v_number, 0);

    if p_slice.upper_bound is null or v_lo = p_slice.upper_bound then
        return;
    elsif p_slice.iterate_by = 'keys' then
        v_ends := batch_ops.next_ordinals(v_lo, p_slice.upper_bound, p_slice.batch_size, p_count);
    else
        v_ends := batch_ops.next_boundaries(p_slice, v_lo, p_stride, p_count);
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
