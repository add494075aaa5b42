{#-
  batch_ops.claim: what a worker does next: batches whose next attempt is due, then new ranges, then what others left
  behind.

  Several small batches are claimed at once; a claim costs a transaction of its own.
-#}
{% macro _engine_claim() %}
create or replace function batch_ops.claim(
    p_slice batch_ops.slice,
    p_track batch_ops.track,
    out batch_numbers bigint[],
    out claim_numbers integer[],
    out lock_wait interval
)
language plpgsql
as $function$
declare
    v_asked_at timestamptz := pg_catalog.clock_timestamp();
begin
    perform batch_ops.lock_step(p_slice.operation_id, p_slice.step_number);
    lock_wait := pg_catalog.clock_timestamp() - v_asked_at;
    -- A run is closed, failed, paused or cancelled under this lock too: whoever waited for it must look again.
    if not exists (
        select 1 from batch_ops.runs
        where
            runs.operation_id = p_slice.operation_id
            and runs.status in ('running', 'blocked')
            and runs.closed_at is null
            and runs.cancel_requested_at is null
            and runs.pause_requested_at is null
    ) then
        return;
    end if;
    if exists (
        select 1 from batch_ops.batches
        where
            batches.operation_id = p_slice.operation_id
            and batches.step_number = p_slice.step_number
            and batches.retry_at <= pg_catalog.clock_timestamp()
    ) then
        select claimed.batch_numbers, claimed.claim_numbers
        into batch_numbers, claim_numbers
        from batch_ops.claim_abandoned(
            p_slice.operation_id, p_slice.step_number, p_slice.worker_id, p_track.claim_count, true
        ) as claimed;
    end if;
    if batch_numbers is null then
        select claimed.batch_numbers, claimed.claim_numbers
        into batch_numbers, claim_numbers
        from batch_ops.claim_new(p_slice, p_track) as claimed;
    end if;
    if batch_numbers is null then
        select claimed.batch_numbers, claimed.claim_numbers
        into batch_numbers, claim_numbers
        from batch_ops.claim_abandoned(
            p_slice.operation_id, p_slice.step_number, p_slice.worker_id, p_track.claim_count, false
        ) as claimed;
    end if;
end
$function$
{% endmacro %}
