{#-
  batch_ops.announce_progress: tells how far a run is, when it has done progress_notification_interval rows since it told last,
  and warns once when failed rows have reached half of what it bears.

  Called at the end of a slice, under the claim lock. Counts what the workers had at the end of their slices: all of
  that is committed, so that nothing is told that did not happen. p_goes_on: the run has not ended with this slice; its end
  tells more. p_failures: those that the calling session knows of. Whoever ends a run warns of what all have met, before
  it tells of the end; those whose slices end later have nothing to add.
-#}
{% macro _engine_announce_progress() %}
create or replace function batch_ops.announce_progress(p_run batch_ops.runs, p_goes_on boolean, p_failures bigint)
returns void
language plpgsql
as $function$
declare
    v_records bigint;
    v_batches bigint;
begin
    if p_run.progress_notification_interval is null and not p_run.notify_on_completion then
        return;
    end if;
    select coalesce(pg_catalog.sum(workers.records), 0), coalesce(pg_catalog.sum(workers.batches), 0)
    into v_records, v_batches
    from batch_ops.workers
    where workers.operation_id = p_run.operation_id;

    if
        v_records - p_run.notified_records >= p_run.progress_notification_interval
        and (p_goes_on or not p_run.notify_on_completion)
    then
        update batch_ops.runs
        -- The last full interval, so that what is told is not put off a little more every time.
        set notified_records = v_records - v_records % runs.progress_notification_interval
        where runs.operation_id = p_run.operation_id;
        perform batch_ops.announce(p_run.operation_id, 'progress', v_records, v_batches);
    end if;
    if p_run.completed_at is not null then
        return;
    elsif not p_goes_on and p_run.max_errors is not null then
        p_failures := batch_ops.count_failures(p_run.operation_id);
    end if;
    if p_failures > 0 and p_failures * 2 >= p_run.max_errors then
        perform batch_ops.announce(p_run.operation_id, 'error_threshold', v_records, v_batches);
    end if;
end
$function$
{% endmacro %}
