{#-
  batch_ops.start_slice: registers the session as a worker of the run and hands it what a slice needs.

  runnable is false when the run is closed, was cancelled, failed or is past its deadline; end_slice tells which.
  Raises when the run does not exist or was opened by another role: a worker executes only text that its own
  role stored (DESIGN, Stored SQL is code).
-#}
{% macro _engine_start_slice() %}
create or replace function batch_ops.start_slice(
    p_operation_id uuid,
    out runnable boolean,
    out worker_id bigint,
    out step_number integer,
    out iterate_by text,
    out statements jsonb,
    out parameters jsonb,
    out started_at timestamptz,
    out deadline_at timestamptz,
    out batch_size integer,
    out asynchronous boolean,
    out timezone text,
    out datestyle text,
    out search_path text
)
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_step batch_ops.steps;
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    if not found then
        raise exception 'There is no run %.', p_operation_id using errcode = 'no_data_found';
    elsif v_run.run_as <> current_user then
        raise exception 'Run % was opened by role %; role % may not work on it.',
            p_operation_id, v_run.run_as, current_user
        using errcode = 'insufficient_privilege';
    end if;

    worker_id := batch_ops.register_worker(p_operation_id);

    select * into v_step
    from batch_ops.steps
    where steps.operation_id = p_operation_id
    order by steps.step_number
    limit 1;

    runnable := v_run.status in ('running', 'blocked')
        and v_run.cancel_requested_at is null
        and (v_run.deadline_at is null or v_run.deadline_at > pg_catalog.clock_timestamp());
    step_number := v_step.step_number;
    iterate_by := v_step.iterate_by;
    -- Through an operator, so that the value is a plain one in memory and not a pointer into a table
    -- that this session's commits would leave behind.
    statements := v_step.statements -> 'apply';
    parameters := v_run.parameters || '{}'::jsonb;
    started_at := v_run.started_at;
    deadline_at := v_run.deadline_at;
    batch_size := v_run.batch_size;
    asynchronous := v_run.asynchronous_commit;
    timezone := v_run.timezone;
    datestyle := v_run.datestyle;
    search_path := v_run.search_path;
end
$function$
{% endmacro %}
