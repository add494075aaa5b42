{#-
  batch_ops.open_run: writes a run and its steps into the ledger, with the scope frozen, in the caller's transaction.

  p_request holds description, arguments, sources, preconditions, target (from describe_target) and steps (rendered by
  the package). Returns the run's summary with status `running`, `planned` (it waits for a confirmation) or `completed`
  (nothing to do), or `refused` with a reason; the caller rolls a refusal back. `warning`: what the run cannot promise. `existing` names the unfinished run of
  the same operation that stands in the way, or, with `same_key`, the run that the idempotency key stands for.
-#}
{% macro _engine_open_run() %}
create or replace function batch_ops.open_run(p_request jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_operation_id uuid := (p_request #>> '{target,operation_id}')::uuid;
    v_started_at timestamptz := pg_catalog.clock_timestamp();
    v_refused jsonb := '{"status": "refused"}'::jsonb;
    v_parameters jsonb;
    v_failed text[];
    v_refusal jsonb;
    v_context text;
    v_warning text;
begin
    v_warning := batch_ops.recover_prepared();
    perform batch_ops.drop_expired_plans();
    if p_request ->> 'idempotency_key' is not null then
        v_refusal := batch_ops.keyed_run(p_request);
        if v_refusal is not null then
            return v_refused || v_refusal;
        end if;
    end if;
    begin
        v_parameters := batch_ops.stage_sources(p_request -> 'sources', p_request -> 'arguments');
    exception
        when data_exception or wrong_object_type then
            get stacked diagnostics v_context = pg_exception_context;
            return v_refused || pg_catalog.jsonb_build_object('reason', pg_catalog.format(
                '%s%s', sqlerrm,
                ' (' || substring(v_context from 'COPY [^,]*, (line \d+)') || ' of '
                || (p_request ->> 'file_name') || ')'
            ));
    end;
    v_failed := batch_ops.failed_preconditions(p_request -> 'preconditions', v_parameters, v_started_at);
    if v_failed <> '{}' then
        return v_refused || pg_catalog.jsonb_build_object('failed_preconditions', v_failed);
    end if;
    v_refusal := batch_ops.insert_run(p_request, v_operation_id, v_parameters, v_started_at);
    if v_refusal is not null then
        return v_refused || v_refusal;
    end if;
    perform batch_ops.insert_steps(p_request, v_operation_id, v_parameters, v_started_at);
    perform batch_ops.register_worker(v_operation_id);

    v_refusal := batch_ops.open_first_step(v_operation_id);
    if v_refusal is not null then
        return v_refused || v_refusal;
    end if;
    perform batch_ops.announce_start(v_operation_id);
    return batch_ops.run_summary(v_operation_id) || pg_catalog.jsonb_build_object('warning', v_warning);
end
$function$
{% endmacro %}
