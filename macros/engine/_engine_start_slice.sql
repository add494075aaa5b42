{#-
  batch_ops.start_slice: registers the session as a worker of the run, buries dead ones, and hands it what a slice needs.

  runnable is false when the run is closed, was cancelled or paused, failed or is past its deadline; end_slice tells which.
  Raises when the run does not exist or was opened by another role: a worker executes only text that its own
  role stored (DESIGN, Stored SQL is code).
-#}
{% macro _engine_start_slice() %}
create or replace function batch_ops.start_slice(p_operation_id uuid)
returns batch_ops.slice
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_step batch_ops.steps;
    v_worker_id bigint;
    v_worker batch_ops.workers;
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    if not found then
        raise exception 'There is no run %.', p_operation_id using errcode = 'no_data_found';
    elsif v_run.run_as <> current_user then
        raise exception 'Run % was opened by role %; role % may not work on it.',
            p_operation_id, v_run.run_as, current_user
        using errcode = 'insufficient_privilege';
    end if;
    v_step := batch_ops.next_step(p_operation_id);
    v_worker_id := batch_ops.register_worker(p_operation_id);
    update batch_ops.workers
    set step_number = v_step.step_number
    where workers.worker_id = v_worker_id and workers.step_number is distinct from v_step.step_number;
    select * into v_worker from batch_ops.workers where workers.worker_id = v_worker_id;
    perform batch_ops.bury_workers(v_run);

    return row(
        v_run.status in ('running', 'blocked')
        and v_run.cancel_requested_at is null
        and v_run.pause_requested_at is null
        and coalesce(v_run.deadline_at > pg_catalog.clock_timestamp(), true),
        p_operation_id,
        v_step.step_number,
        v_step.operation_type,
        v_worker_id,
        v_step.iterate_by,
        v_step.upper_bound,
        -- Through an operator, so that these are plain values in memory: a value that still points into its
        -- table is unpacked at every use, and this session's commits would leave it behind.
        v_step.statements || '{}'::jsonb,
        v_run.parameters || '{}'::jsonb,
        v_run.started_at,
        v_run.deadline_at,
        v_step.batch_size,
        v_step.asynchronous_commit,
        v_run.timezone,
        v_run.datestyle,
        v_run.search_path,
        coalesce((extract(epoch from v_run.lock_timeout) * 1000)::bigint::text, '0'),
        v_run.error_handling in ('continue_on_error', 'collect_errors'),
        v_run.max_errors,
        batch_ops.count_failures(p_operation_id),
        v_run.max_retries,
        v_step.operation_type <> 'custom_function',
        v_step.operation_type <> 'custom_function' or v_step.idempotent,
        v_run.heartbeat_interval,
        v_run.max_errors_per_worker,
        v_worker.failed,
        v_run.collect_metrics,
        v_step.shard,
        v_step.marker_table
    )::batch_ops.slice;
end
$function$
{% endmacro %}
