{#-
  batch_ops.confirm_run: starts a planned run: exactly what was shown, with the parameters it was shown for.

  Refused when the plan expired, was made from another spec or by another role, or when more rows match than were
  shown. Returns the run's summary, or `refused` with a reason.
-#}
{% macro _engine_confirm_run() %}
create or replace function batch_ops.confirm_run(p_operation_id uuid, p_description jsonb, p_arguments jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_step batch_ops.steps;
    v_matching bigint;
    v_reason text;
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id for update;
    select * into v_step
    from batch_ops.steps
    where steps.operation_id = p_operation_id and steps.step_number = 1;
    v_reason := case
        when v_run.operation_id is null then pg_catalog.format('there is no plan %s', p_operation_id)
        when v_run.operation <> p_description ->> 'operation'
            then pg_catalog.format('plan %s is one of %s', p_operation_id, v_run.operation)
        when v_run.confirmed_at is not null
            then pg_catalog.format('plan %s was confirmed already, at %s', p_operation_id, v_run.confirmed_at)
        when v_run.status <> 'planned' or v_run.closed_at is not null
            then pg_catalog.format('plan %s is %s', p_operation_id, v_run.status)
        when v_run.run_as <> current_user
            then pg_catalog.format(
                'plan %s was made by role %s and starts only for that role, not for %s',
                p_operation_id, v_run.run_as, current_user
            )
        when v_run.confirm_before < pg_catalog.clock_timestamp()
            then pg_catalog.format(
                'plan %s expired at %s; plan it again', p_operation_id, v_run.confirm_before
            )
        when v_run.spec_hash <> p_description ->> 'spec_hash'
            then pg_catalog.format(
                'plan %s was made from spec %s, and the macro now says %s; plan it again',
                p_operation_id, v_run.spec_hash, p_description ->> 'spec_hash'
            )
        when not batch_ops.same_parameters(v_run.parameters, p_arguments)
            then pg_catalog.format('plan %s was made with other parameters; leave them out', p_operation_id)
    end;
    if v_reason is null and v_step.plan ->> 'matching_keys' is not null then
        execute pg_catalog.format(
            E'select pg_catalog.count(*) from (\n%s\nlimit $5\n) as matching', v_step.plan ->> 'matching_keys'
        )
        into v_matching
        using null::jsonb, null::jsonb, v_run.parameters, v_run.started_at, v_step.total_records + 1;
        if v_matching > v_step.total_records and v_step.source -> 'limited' is null then
            v_reason := pg_catalog.format(
                'more rows match now than the %s that plan %s showed; plan it again', v_step.total_records, p_operation_id
            );
        end if;
    end if;
    if v_reason is not null then
        return pg_catalog.jsonb_build_object('status', 'refused', 'reason', v_reason);
    end if;
    begin
        update batch_ops.runs
        set
            status = 'running',
            confirmed_at = pg_catalog.clock_timestamp(),
            confirmed_by = session_user,
            deadline_at = pg_catalog.clock_timestamp() + runs.timeout
        where runs.operation_id = p_operation_id;
    exception
        when unique_violation then
            return '{"status": "refused"}'::jsonb || coalesce(
                batch_ops.unfinished_run(v_run.operation, v_run.target),
                pg_catalog.jsonb_build_object('reason', pg_catalog.format(
                    'another run has the idempotency_key %s already', v_run.idempotency_key
                ))
            );
    end;
    perform batch_ops.register_worker(p_operation_id);
    perform batch_ops.pass_empty_steps(p_operation_id);
    perform batch_ops.announce_start(p_operation_id);
    return batch_ops.run_summary(p_operation_id);
end
$function$
{% endmacro %}
