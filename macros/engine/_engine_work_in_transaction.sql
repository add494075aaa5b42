{#-
  batch_ops.work_in_transaction: a time slice of a run that is one transaction: like work, without a commit.

  For error_handling rollback_on_any_error, and inside deployed functions. Attempts that are made again are waited for
  here, since there is no other transaction to do it in. Takes no lock on the run's own row, so that others can ask for
  a pause or an end. p_enter: the transaction is ours, and its settings too. Returns what end_slice returns; errors has what
  would be lost with a rollback.
-#}
{% macro _engine_work_in_transaction() %}
create or replace function batch_ops.work_in_transaction(
    p_operation_id uuid,
    p_slice interval,
    p_state jsonb,
    p_enter boolean default true
)
returns jsonb
language plpgsql
as $function$
declare
    v_slice_ends timestamptz := pg_catalog.clock_timestamp() + p_slice;
    v_slice batch_ops.slice := batch_ops.start_slice(p_operation_id);
    v_track batch_ops.track := batch_ops.start_track(v_slice, p_state);
    v_claimed record;
    v_applied record;
    v_run batch_ops.runs;
    v_wait interval;
    v_outcome text := 'not_runnable';
begin
    if p_enter then
        perform batch_ops.enter_transaction(v_slice);
    end if;
    <<claims>>
    while v_slice.runnable loop
        select * into v_claimed from batch_ops.claim(v_slice, v_track);
        if v_claimed.batch_numbers is null then
            select pg_catalog.min(batches.retry_at) - pg_catalog.clock_timestamp() into v_wait
            from batch_ops.batches
            where
                batches.operation_id = p_operation_id
                and batches.step_number = v_slice.step_number
                and batches.retry_at is not null;
            v_outcome := case when v_wait is null then 'exhausted' else 'waiting' end;
            exit claims when v_wait is null;
            perform pg_catalog.pg_sleep(least(greatest(extract(epoch from v_wait), 0.01), extract(epoch from p_slice)));
        else
            select * into v_applied
            from batch_ops.apply_batch(
                v_slice, v_claimed.batch_numbers[1], v_claimed.claim_numbers[1], v_track.spacing,
                v_slice.max_errors - v_track.errors + 1
            );
            v_track := batch_ops.follow_track(v_track, v_slice, v_applied);
            v_outcome := coalesce(
                batch_ops.slice_outcome(v_slice, v_track, v_applied.outcome, v_applied.reason), 'completed'
            );
            exit claims when v_outcome <> 'completed';
        end if;
        exit claims when pg_catalog.clock_timestamp() >= least(v_slice_ends, v_slice.deadline_at);
    end loop;

    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    return batch_ops.slice_state(p_operation_id, v_slice.step_number) || pg_catalog.jsonb_build_object(
        'status', case
            -- Nothing was to be done, or somebody else has ended it.
            when v_run.status not in ('running', 'blocked') then v_run.status
            when v_outcome in ('failed', 'fatal', 'over_limit', 'systemic') then 'failed'
            when v_run.cancel_requested_at is not null then 'cancelled'
            when v_outcome = 'exhausted' and batch_ops.finish_step(p_operation_id, v_slice.step_number) then 'completed'
            when v_run.pause_requested_at is not null then 'paused'
            when v_run.deadline_at <= pg_catalog.clock_timestamp() then 'timed_out'
            when v_outcome = 'cancelled' then 'interrupted'
            else 'running'
        end,
        'interrupted', v_outcome = 'cancelled',
        'stop_reason', batch_ops.stop_reason(v_run, v_slice.step_number, v_outcome, v_track),
        'track', pg_catalog.to_jsonb(v_track),
        'batches', v_track.batches,
        'records', v_track.records,
        'failed', v_track.failed,
        'retries', v_track.retries,
        'errors', (
            select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(errors.*) - 'error_id' order by errors.error_id)
            from batch_ops.errors where errors.operation_id = p_operation_id
        )
    );
end
$function$
{% endmacro %}
