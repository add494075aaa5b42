{#-
  batch_ops.end_slice: releases what the worker still holds, moves the run to the status it has reached, and tells it.

  Returns what the next slice and a line of progress need: status, whether a person interrupted the slice, whether this
  worker alone has stopped (max_errors_per_worker), the batches that it waits for and since when, how long to wait, the
  seconds that are left of the run's timeout, and the track.
-#}
{% macro _engine_end_slice() %}
create or replace function batch_ops.end_slice(
    p_operation_id uuid,
    p_step_number integer,
    p_worker_id bigint,
    p_outcome text,
    p_state jsonb,
    p_track batch_ops.track default null
)
returns jsonb
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_status text;
    v_waiting jsonb;
    v_waiting_since timestamptz;
    v_detail text;
    v_finished boolean := false;
    v_outcome text := p_outcome;
    v_stop_reason text;
    v_stopped boolean := false;
begin
    -- Whoever ends a slice decides alone whether the run is done.
    perform batch_ops.lock_step(p_operation_id, p_step_number);
    if p_outcome not in ('completed', 'exhausted', 'not_runnable') then
        update batch_ops.batches
        -- Due at once: whoever goes on begins with these.
        set status = 'released', retry_at = pg_catalog.clock_timestamp()
        where
            batches.operation_id = p_operation_id
            and batches.step_number = p_step_number
            and batches.status = 'claimed'
            and batches.worker_id = p_worker_id;
    end if;

    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id
    -- Does not hold up a worker that records an error, whose foreign key locks this row as well.
    for no key update;
    v_stop_reason := batch_ops.stop_reason(v_run, p_step_number, p_outcome, p_track);
    if
        p_outcome = 'exhausted'
        and exists (
            select 1 from batch_ops.batches
            where
                batches.operation_id = p_operation_id
                and batches.step_number = p_step_number
                and batches.status = 'failed'
                and (
                    v_run.error_handling not in ('continue_on_error', 'collect_errors')
                    or batch_ops.error_class(batches.sqlstate) = 'fatal'
                )
        )
    then
        -- Another worker has met what stops the run, and has not said so yet or never will.
        v_outcome := 'failed';
    end if;
    if v_outcome = 'exhausted' and v_run.closed_at is null and v_stop_reason is null then
        v_waiting := batch_ops.held_batches(p_operation_id, p_step_number);
        v_waiting_since := case
            -- The next attempt of a batch is nothing that somebody else holds up.
            when v_waiting @? '$[*] ? (@.retry_at == null)'
                then coalesce((p_state ->> 'waiting_since')::timestamptz, pg_catalog.clock_timestamp())
        end;
        if
            v_waiting is null
            and v_run.cancel_requested_at is null
            and v_run.pause_requested_at is null
            and v_run.status in ('running', 'blocked')
        then
            begin
                v_finished := batch_ops.finish_step(p_operation_id, p_step_number);
            exception
                when query_canceled then
                    v_outcome := 'cancelled';
                when others then
                    get stacked diagnostics v_detail = pg_exception_detail;
                    perform batch_ops.record_error(
                        p_operation_id, p_step_number + 1, null, null, 'run', sqlstate, sqlerrm, v_detail, null
                    );
                    v_outcome := 'fatal';
            end;
        end if;
    end if;

    v_status := case
        when v_run.closed_at is not null or v_run.status not in ('running', 'blocked') then v_run.status
        -- Also when it has just failed: whoever cancelled it wants no unfinished run to stand in the way.
        when v_run.cancel_requested_at is not null then 'cancelled'
        when v_outcome in ('failed', 'fatal') or v_stop_reason is not null then 'failed'
        when v_finished then 'completed'
        when v_run.pause_requested_at is not null then 'paused'
        when v_run.deadline_at <= pg_catalog.clock_timestamp() then 'timed_out'
        when batch_ops.is_blocked(v_run, p_step_number, v_waiting_since) then 'blocked'
        else 'running'
    end;
    v_stopped := v_status = 'running' and v_outcome = 'worker_over_limit';
    update batch_ops.workers
    set
        heartbeat_at = pg_catalog.clock_timestamp(),
        ended_at = case
            when v_status <> 'running' or v_outcome = 'cancelled' or v_stopped then pg_catalog.clock_timestamp()
        end,
        batches = workers.batches + coalesce(p_track.batches, 0),
        records = workers.records + coalesce(p_track.records, 0),
        failed = workers.failed + coalesce(p_track.failed, 0),
        retries = workers.retries + coalesce(p_track.retries, 0),
        stop_reason = case when v_stopped then 'more than max_errors_per_worker rows or batches failed in it' end
    where workers.worker_id = p_worker_id;
    perform batch_ops.announce_progress(v_run, v_status = 'running', p_track.errors);
    if
        v_run.closed_at is null
        and (
            v_status <> v_run.status
            or v_status = 'cancelled'
            -- Others have ended the run meanwhile, and counted without this slice.
            or (v_status <> 'running' and (p_track.records > 0 or p_track.failed <> 0))
        )
    then
        perform batch_ops.set_status(
            p_operation_id, v_status, p_worker_id,
            case v_status when 'failed' then coalesce(v_stop_reason, v_run.stop_reason) end
        );
    end if;

    return batch_ops.slice_state(p_operation_id, p_step_number) || pg_catalog.jsonb_build_object(
        'status', v_status,
        'interrupted', v_outcome = 'cancelled' and v_status = 'running',
        'stopped', v_stopped,
        'waiting_for', v_waiting,
        'waiting_since', v_waiting_since,
        'wait_seconds', case
            when v_status <> 'running' then 0
            when v_outcome = 'waiting' then extract(epoch from batch_ops.retry_pause(p_track.failed_claims))
            when v_waiting_since is not null then 0.1
            when v_waiting is not null then greatest(
                extract(epoch from (v_waiting #>> '{0,retry_at}')::timestamptz - pg_catalog.clock_timestamp()), 0.01
            )
        end,
        'track', pg_catalog.to_jsonb(p_track),
        'batches', p_track.batches,
        'records', p_track.records,
        'failed', p_track.failed,
        'retries', p_track.retries
    );
end
$function$
{% endmacro %}
