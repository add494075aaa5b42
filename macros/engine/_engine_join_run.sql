{#-
  batch_ops.join_run: goes on with an unfinished run, or joins it as one more worker when it is live.

  Failed batches are released to be tried again, limits are taken from the spec anew, and the timeout starts again. Returns the run's summary, with `warning`
  for what it cannot promise, or `refused` with a reason. Not to be joined: a run that is one transaction. A run of another spec hash is refused: it goes on with the statements it was opened with.
-#}
{% macro _engine_join_run() %}
create or replace function batch_ops.join_run(p_operation_id uuid, p_description jsonb, p_arguments jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_reason text;
    v_warning text := batch_ops.recover_prepared();
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id for update;
    v_reason := case
        when v_run.operation_id is null then pg_catalog.format('there is no run %s', p_operation_id)
        when v_run.operation <> p_description ->> 'operation'
            then pg_catalog.format('run %s is one of %s', p_operation_id, v_run.operation)
        when v_run.run_as <> current_user
            then pg_catalog.format(
                'run %s was opened by role %s and works only for that role, not for %s',
                p_operation_id, v_run.run_as, current_user
            )
        when v_run.spec_hash <> p_description ->> 'spec_hash'
            then pg_catalog.format(
                'run %s was opened with spec %s, and the macro now says %s; generate from the spec it was '
                || 'opened with, or cancel the run and start a new one',
                p_operation_id, v_run.spec_hash, p_description ->> 'spec_hash'
            )
        when not batch_ops.same_parameters(v_run.parameters, p_arguments)
            then pg_catalog.format(
                'run %s was opened with other parameters; leave them out, it goes on with its own', p_operation_id
            )
        when v_run.status = 'planned'
            then pg_catalog.format(
                'run %s is a plan that waits for its confirmation: --args ''{confirm: %s}''', p_operation_id, p_operation_id
            )
        when v_run.status = 'cancelled' or (v_run.closed_at is null and v_run.cancel_requested_at is not null)
            then pg_catalog.format('run %s was cancelled; start a new one', p_operation_id)
        when v_run.status = 'failed' and v_run.closed_at is not null
            then pg_catalog.format('run %s failed before it changed anything; start a new one', p_operation_id)
        when
            v_run.closed_at is null
            and v_run.error_handling = 'rollback_on_any_error'
            and batch_ops.is_live(p_operation_id)
            then pg_catalog.format(
                'run %s is one transaction (rollback_on_any_error), in which a session works already', p_operation_id
            )
    end;
    if v_reason is not null then
        return pg_catalog.jsonb_build_object('status', 'refused', 'reason', v_reason);
    end if;
    if v_run.closed_at is null then
        perform batch_ops.renew_limits(p_operation_id, p_description);
        update batch_ops.batches
        set status = 'released', attempts = 0, retry_at = pg_catalog.clock_timestamp()
        where batches.operation_id = p_operation_id and batches.status = 'failed';
        update batch_ops.runs
        set
            status = 'running',
            completed_at = null,
            stop_reason = null,
            pause_requested_at = null,
            pause_requested_by = null,
            deadline_at = pg_catalog.clock_timestamp() + runs.timeout
        where runs.operation_id = p_operation_id;
        perform batch_ops.register_worker(p_operation_id);
    end if;
    return batch_ops.run_summary(p_operation_id) || pg_catalog.jsonb_build_object('warning', v_warning);
end
$function$
{% endmacro %}
