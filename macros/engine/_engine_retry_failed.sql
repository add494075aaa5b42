{#-
  batch_ops.retry_failed: reopens a run so that its failed rows and batches, and nothing else, are tried again.

  The batches concerned are given back; of what a batch was worked off, it tries just the rows that failed (retry_rows). So
  slices, leases, pause and kill work as for any run. Returns the run's summary, or `refused` with a reason, which the
  caller rolls back.
-#}
{% macro _engine_retry_failed() %}
create or replace function batch_ops.retry_failed(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_missing text;
    v_reason text;
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id for update;
    if v_run.operation_id is null then
        return null;
    end if;
    select steps.name into v_missing
    from batch_ops.steps
    where
        steps.operation_id = p_operation_id
        and pg_catalog.to_regclass(
            'batch_ops.' || coalesce(steps.staged_table, steps.plan ->> 'rows_table')
        ) is null
        and coalesce(steps.staged_table, steps.plan ->> 'rows_table') is not null
        and steps.status <> 'pending'
    limit 1;
    v_reason := case
        when v_run.run_as <> current_user
            then pg_catalog.format('it was opened by role %s and works only for that role', v_run.run_as)
        when v_run.cancel_requested_at is not null or v_run.status in ('planned', 'cancelled')
            then pg_catalog.format('it is %s', case v_run.status when 'planned' then 'planned' else 'cancelled' end)
        when batch_ops.is_live(p_operation_id) then 'a session works on it; wait until it has ended, or pause it'
        when not exists (
            select 1 from batch_ops.errors
            where
                errors.operation_id = p_operation_id
                and errors.kind in ('row', 'batch')
                and errors.resolved_at is null
        ) then 'it has no failed rows or batches'
        when v_run.status = 'failed' and v_run.closed_at is not null
            then 'it failed before it changed anything; start a new one'
        when exists (
            select 1 from batch_ops.errors
            inner join batch_ops.steps using (operation_id, step_number)
            where
                errors.operation_id = p_operation_id
                and errors.kind = 'row'
                and errors.resolved_at is null
                and steps.marker_table is not null
        ) then 'rows failed on other servers, which keep markers of batches and not of single rows; mend the rows and start '
            || 'a new run whose where_condition matches only what is left'
        when v_missing is not null
            then pg_catalog.format('what it had staged for step %s is gone', v_missing)
    end;
    if v_reason is not null then
        return pg_catalog.jsonb_build_object('status', 'refused', 'reason', v_reason);
    end if;

    insert into batch_ops.controls (operation_id, action) values (p_operation_id, 'retry_failed');
    perform batch_ops.lock_steps(p_operation_id);
    update batch_ops.errors
    set retry_requested = true
    where errors.operation_id = p_operation_id and errors.kind = 'row' and errors.resolved_at is null;
    update batch_ops.batches
    set status = 'released', attempts = 0, retry_at = pg_catalog.clock_timestamp()
    where
        batches.operation_id = p_operation_id
        and (batches.status = 'failed' or (batches.status = 'completed' and batches.failed_records > 0));
    update batch_ops.steps
    set status = 'running'
    where
        steps.operation_id = p_operation_id
        and steps.status = 'completed'
        and exists (
            select 1 from batch_ops.batches
            where
                batches.operation_id = p_operation_id
                and batches.step_number = steps.step_number
                and batches.status = 'released'
        );
    begin
        update batch_ops.runs
        set
            status = 'running', completed_at = null, closed_at = null, stop_reason = null,
            pause_requested_at = null, pause_requested_by = null,
            deadline_at = pg_catalog.clock_timestamp() + runs.timeout
        where runs.operation_id = p_operation_id;
    exception
        when unique_violation then
            return '{"status": "refused"}'::jsonb || batch_ops.unfinished_run(v_run.operation, v_run.target)
                || '{"reason": "another run of the operation is unfinished"}'::jsonb;
    end;
    perform batch_ops.register_worker(p_operation_id);
    return batch_ops.run_summary(p_operation_id);
end
$function$
{% endmacro %}
