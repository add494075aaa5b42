{#-
  batch_ops.apply_part: applies the next part of a leased batch: all of it that is left, a piece, or its failed rows again.

  p_failure: how the batch as a whole has failed just now; its class is null if it was not tried. p_spacing and p_budget are
  those of apply_batch. What was applied before an error stays, and the application says how far that is.
-#}
{% macro _engine_apply_part() %}
create or replace function batch_ops.apply_part(
    p_slice batch_ops.slice,
    p_batch batch_ops.batches,
    p_failure batch_ops.application,
    p_spacing integer,
    p_budget bigint
)
returns batch_ops.application
language plpgsql
as $function$
declare
    v_lo jsonb := coalesce(p_batch.applied_hi, p_batch.range_lo);
    v_hi jsonb;
    v_applied batch_ops.application := p_failure;
begin
    if v_lo = p_batch.range_hi or batch_ops.has_rows_to_retry(p_batch) then
        return batch_ops.retry_rows(p_slice, p_batch);
    end if;
    v_hi := batch_ops.piece_end(p_slice, v_lo, p_batch.range_hi, p_batch.piece_size);
    if p_failure.failure_class is null and (p_spacing is null or not p_slice.is_divisible) then
        v_applied := batch_ops.apply_range(p_slice, v_lo, v_hi);
    end if;
    if p_slice.is_divisible and coalesce(v_applied.failure_class = 'row', v_applied.applied_hi is null) then
        v_applied := case
            when p_slice.goes_on then batch_ops.isolate(p_slice, v_lo, v_hi, p_spacing, p_budget)
            else batch_ops.find_first_failure(p_slice, v_lo, v_hi)
        end;
    end if;
    return v_applied;
exception
    when query_canceled then
        -- Between two attempts: what they have done is undone, and done again in smaller pieces.
        return batch_ops.failed_application(sqlstate, sqlerrm);
end
$function$
{% endmacro %}
