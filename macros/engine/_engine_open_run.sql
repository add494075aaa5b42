{#-
  batch_ops.open_run: writes a run and its step into the ledger, with the scope frozen, in the caller's transaction.

  p_request holds description, arguments, target (from describe_target) and statements (rendered by the package).
  Returns status `running` or `completed` (nothing to do), or `refused` with a reason; the caller rolls a refusal
  back. `existing` names the unfinished run of the same operation that stands in the way.
-#}
{% macro _engine_open_run() %}
create or replace function batch_ops.open_run(p_request jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_description jsonb := p_request -> 'description';
    v_statements jsonb := p_request -> 'statements';
    v_operation_id uuid := (p_request #>> '{target,operation_id}')::uuid;
    v_now timestamptz := pg_catalog.clock_timestamp();
    v_max_records bigint := (v_description ->> 'max_records')::bigint;
    v_timeout interval := pg_catalog.make_interval(secs => (v_description ->> 'timeout_seconds')::double precision);
    v_iterate_by text := p_request ->> 'iterate_by';
    v_staged_table text := 'staged_' || pg_catalog.replace(v_operation_id::text, '-', '') || '_1';
    v_existing uuid;
    v_plan record;
    v_upper_bound jsonb;
    v_total bigint;
begin
    -- Finds statements that cannot run before anything is opened: they are planned, not executed.
    execute 'explain ' || (v_statements #>> '{range,apply,start}')
    using null::jsonb, null::jsonb, p_request -> 'arguments', v_now;

    select * into v_plan
    from batch_ops.prefers_keys(
        v_statements ->> 'matching_keys', v_statements ->> 'all_keys', p_request -> 'arguments', v_now
    );
    v_iterate_by := coalesce(v_iterate_by, case when v_plan.staged then 'keys' else 'range' end);

    insert into batch_ops.runs (
        operation_id, operation, target, status, parameters, spec_hash, spec_path, generator_version,
        package_version, asynchronous_commit, batch_size, max_records, timeout, claim_timeout,
        total_records, total_is_exact, started_at, deadline_at
    )
    values (
        v_operation_id, v_description ->> 'operation', v_description ->> 'target', 'running',
        p_request -> 'arguments', v_description ->> 'spec_hash', v_description ->> 'spec_path',
        v_description ->> 'generator_version', p_request ->> 'package_version',
        (p_request #>> '{target,asynchronous}')::boolean, (v_description ->> 'batch_size')::integer,
        v_max_records, v_timeout,
        pg_catalog.make_interval(secs => (p_request ->> 'claim_timeout_seconds')::double precision),
        v_plan.expected_records, false, v_now, v_now + v_timeout
    )
    on conflict (operation, target) where closed_at is null do nothing;
    if not found then
        select runs.operation_id into v_existing
        from batch_ops.runs
        where
            runs.operation = v_description ->> 'operation'
            and runs.target = v_description ->> 'target'
            and runs.closed_at is null;
        return pg_catalog.jsonb_build_object('status', 'refused', 'existing', v_existing);
    end if;
    perform batch_ops.register_worker(v_operation_id);

    if v_iterate_by = 'keys' then
        v_total := batch_ops.stage_keys(
            v_staged_table, v_statements ->> 'matching_keys',
            array(select pg_catalog.jsonb_array_elements_text(p_request #> '{target,key}')),
            p_request -> 'arguments', v_now,
            -- One more than allowed tells "too many" from "just enough" without counting them all.
            v_max_records + case v_description ->> 'on_limit' when 'stop' then 0 else 1 end
        );
        if v_total > v_max_records then
            return pg_catalog.jsonb_build_object('status', 'refused', 'over_limit', v_max_records);
        end if;
        v_upper_bound := case when v_total > 0 then pg_catalog.jsonb_build_array(v_total) end;
        update batch_ops.runs
        set total_records = v_total, total_is_exact = true
        where runs.operation_id = v_operation_id;
    else
        execute v_statements ->> 'last_key' into v_upper_bound;
    end if;

    insert into batch_ops.steps (
        operation_id, step_number, name, operation_type, iterate_by,
        key_columns, upper_bound, staged_table, statements
    )
    values (
        v_operation_id, 1, v_description ->> 'operation', v_description ->> 'operation_type', v_iterate_by,
        array(select pg_catalog.jsonb_array_elements_text(p_request #> '{target,key}')), v_upper_bound,
        case v_iterate_by when 'keys' then v_staged_table end,
        v_statements -> v_iterate_by
    );
    if v_upper_bound is null then
        perform batch_ops.set_status(v_operation_id, 'completed');
    end if;
    return batch_ops.run_summary(v_operation_id);
end
$function$
{% endmacro %}
