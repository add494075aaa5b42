{#-
  batch_ops.claim_new: claims the next ranges behind a step's position; runs under the step's claim lock.
-#}
{% macro _engine_claim_new() %}
create or replace function batch_ops.claim_new(
    p_slice batch_ops.slice,
    p_track batch_ops.track,
    out batch_numbers bigint[],
    out claim_numbers integer[]
)
language plpgsql
as $function$
declare
    v_newest record;
    v_last_lo jsonb;
    v_last_hi jsonb;
    v_last_records bigint;
    v_number bigint;
    v_lo jsonb;
    v_hi jsonb;
    v_ends jsonb[];
    v_is_integer boolean := p_slice.iterate_by = 'range' and (p_slice.statements -> 'is_integer_key')::boolean;
    v_counts_on boolean;
begin
    select * into v_newest
    from batch_ops.position(p_slice.operation_id, p_slice.step_number);
    v_number := coalesce(v_newest.batch_number, 0);
    v_lo := v_newest.range_hi;
    if v_newest.records is null and p_track.last_batch is not null then
        -- Another worker is in the middle of the newest one; what this session did last tells as much.
        select batches.range_lo, batches.range_hi, batches.records
        into v_last_lo, v_last_hi, v_last_records
        from batch_ops.batches
        where
            batches.operation_id = p_slice.operation_id
            and batches.step_number = p_slice.step_number
            and batches.batch_number = p_track.last_batch;
    else
        v_last_lo := v_newest.range_lo;
        v_last_hi := v_newest.range_hi;
        v_last_records := v_newest.records;
    end if;

    if p_slice.upper_bound is null or v_lo = p_slice.upper_bound then
        return;
    elsif p_slice.iterate_by in ('keys', 'rows') or (
        -- An integer key that had (nearly) no gaps in the newest batch: counting on spares the index scan
        -- that finds the boundary, up to a tenth of a batch's time.
        v_is_integer
        and batch_ops.is_gapless(v_last_lo, v_last_hi, v_last_records)
    ) then
        v_ends := batch_ops.next_integers(v_lo, p_slice.upper_bound, p_slice.batch_size, p_track.claim_count);
    else
        v_counts_on := v_is_integer and p_track.stride = p_slice.batch_size;
        v_ends := batch_ops.next_boundaries(
            p_slice, v_lo, p_track.stride,
            case
                -- Reading the keys of several large batches at once costs more than the transactions it saves.
                when p_slice.batch_size >= 500 then 1
                when v_counts_on and batch_ops.is_gapless(v_newest.range_lo, v_lo, p_slice.batch_size) then 1
                else p_track.claim_count
            end
        );
        if v_counts_on and batch_ops.is_gapless(v_lo, v_ends[1], p_slice.batch_size) then
            -- Reading the keys of a batch, under the lock that the workers share, may take as long as changing its rows:
            -- once in a claim it is read how dense they are, and from there counted on.
            v_ends := v_ends[:1] || batch_ops.next_integers(
                v_ends[1], p_slice.upper_bound, p_slice.batch_size, p_track.claim_count - 1
            );
        end if;
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
