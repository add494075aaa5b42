{#- batch_ops.follow_track: what a session knows after one more batch (p_applied: what apply_batch returned). -#}
{% macro _engine_follow_track() %}
create or replace function batch_ops.follow_track(p_track batch_ops.track, p_slice batch_ops.slice, p_applied record)
returns batch_ops.track
language plpgsql
as $function$
declare
    v_failed_rows bigint := case
        when p_applied.outcome = 'failed' then p_slice.batch_size
        when p_applied.outcome in ('completed', 'partial') and p_applied.records = 0 then p_applied.failed_records
        else 0
    end;
begin
    if p_applied.outcome <> 'lost' then
        -- What was done before an error stays, whatever becomes of the rest of the batch.
        p_track.records := p_track.records + p_applied.records;
        p_track.failed := p_track.failed + p_applied.failed_records;
        p_track.errors := p_track.errors + p_applied.failed_records;
    end if;
    if p_applied.outcome in ('completed', 'partial') then
        p_track.spacing := case when p_applied.spacing < p_slice.batch_size / 2 then p_applied.spacing end;
    elsif p_applied.outcome = 'failed' then
        p_track.errors := p_track.errors + 1;
        p_track.failed := p_track.failed + 1;
    elsif p_applied.outcome in ('retried', 'timed_out') then
        p_track.retries := p_track.retries + 1;
    end if;
    if
        p_slice.goes_on
        and p_slice.max_errors is not null
        and (p_applied.outcome = 'failed' or p_applied.failed_records > 0)
    then
        -- The limit is the run's: what other workers have met meanwhile counts as well.
        p_track.errors := batch_ops.count_failures(p_slice.operation_id);
    end if;
    if p_applied.outcome = 'completed' then
        p_track.batches := p_track.batches + 1;
        p_track.stride := batch_ops.next_stride(p_track.stride, p_slice.batch_size, p_applied.records);
    end if;

    if v_failed_rows > 0 then
        if p_track.streak > 0 and p_applied.reason = p_track.streak_reason then
            p_track.streak := p_track.streak + 1;
            p_track.streak_records := p_track.streak_records + v_failed_rows;
        else
            p_track.streak := 1;
            p_track.streak_records := v_failed_rows;
            p_track.streak_reason := p_applied.reason;
        end if;
        p_track.hopeless := p_track.hopeless + 1;
    elsif p_track.streak > 0 and p_applied.outcome in ('completed', 'partial') then
        p_track.streak := 0;
    end if;
    return p_track;
end
$function$
{% endmacro %}
