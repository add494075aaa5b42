{#-
  batch_ops.coordinator_state: what a slice of a coordinator returns; see coordinate.

  Ends its row in the ledger, and those of its idle workers, when the run needs them no more.
-#}
{% macro _engine_coordinator_state() %}
create or replace function batch_ops.coordinator_state(
    p_operation_id uuid,
    p_before jsonb,
    p_connections jsonb,
    p_is_drained boolean,
    p_is_cancelled boolean
)
returns jsonb
language plpgsql
as $function$
declare
    v_now timestamptz := pg_catalog.clock_timestamp();
    v_run batch_ops.runs;
    v_since timestamptz := p_before ->> 'since';
    v_ending_since timestamptz := (p_before ->> 'ending_since')::timestamptz;
    v_alone_since timestamptz := (p_before ->> 'alone_since')::timestamptz;
    v_before jsonb := p_before -> 'crew';
    v_crew jsonb;
    v_step integer;
    v_status text;
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    v_crew := batch_ops.crew(p_operation_id, v_since);
    if v_run.status <> 'running' then
        v_ending_since := coalesce(v_ending_since, v_now);
    end if;
    v_status := case
        when v_run.status = 'running' or p_is_drained or v_run.status = 'blocked' then v_run.status
        when (v_crew -> 'working')::integer = 0 or v_ending_since < v_now - v_run.claim_timeout then v_run.status
        -- Their last batches are not done yet.
        else 'running'
    end;
    v_alone_since := case
        when v_status = 'running' and (v_crew -> 'working')::integer = 0 then coalesce(v_alone_since, v_now)
    end;
    if v_status <> 'running' or p_is_cancelled then
        update batch_ops.workers
        set ended_at = v_now
        where
            workers.operation_id = p_operation_id
            and workers.ended_at is null
            and (
                (workers.role = 'coordinator' and workers.pid = pg_catalog.pg_backend_pid())
                -- Between two slices, and there will be no other.
                or workers.pid in (
                    select (connections.item -> 'pid')::integer
                    from pg_catalog.jsonb_array_elements(p_connections) as connections (item)
                    where connections.item ->> 'doing' in ('nothing', 'ready')
                )
            );
    end if;
    select steps.step_number into v_step
    from batch_ops.steps
    where steps.operation_id = p_operation_id and steps.status <> 'pending'
    order by steps.status <> 'running', case steps.status when 'running' then 1 else -1 end * steps.step_number
    limit 1;
    return batch_ops.slice_state(p_operation_id, v_step) || pg_catalog.jsonb_build_object(
        'status', v_status,
        'interrupted', p_is_cancelled,
        'connections', p_connections,
        'since', v_since,
        'ending_since', v_ending_since,
        'alone_since', v_alone_since,
        'is_alone', coalesce(
            -- Workers that others bring need a moment to come.
            p_connections <> '[]' and not p_connections @? '$[*] ? (!exists(@.is_over))'
            or v_alone_since < v_now - interval '5 seconds',
            false
        ) and v_status = 'running',
        'waiting_for', case when v_status = 'blocked' then batch_ops.held_batches(p_operation_id, v_step) end,
        'crew', v_crew,
        'batches', (v_crew -> 'batches')::bigint - coalesce((v_before -> 'batches')::bigint, 0),
        'records', (v_crew -> 'records')::bigint - coalesce((v_before -> 'records')::bigint, 0),
        'failed', (v_crew -> 'failed')::bigint - coalesce((v_before -> 'failed')::bigint, 0),
        'retries', (v_crew -> 'retries')::bigint - coalesce((v_before -> 'retries')::bigint, 0)
    );
end
$function$
{% endmacro %}
