{#-
  batch_ops.set_status: moves a run to a status, counts what it has done, and closes it when nothing is left to resume.

  A run is closed when it completed, was cancelled, or failed before it changed anything, and never while a live
  worker other than p_worker_id holds one of its batches. p_stop_reason says why it stopped by itself.
-#}
{% macro _engine_set_status() %}
create or replace function batch_ops.set_status(
    p_operation_id uuid,
    p_status text,
    p_worker_id bigint default null,
    p_stop_reason text default null
)
returns void
language plpgsql
as $function$
declare
    v_before batch_ops.runs;
    v_batches bigint;
    v_records bigint;
    v_held boolean;
    v_closes boolean;
begin
    select runs.* into v_before from batch_ops.runs where runs.operation_id = p_operation_id;
    if p_status = 'completed' then
        -- What the run itself met on the way (a claim, the opening of a step) went well in the end.
        update batch_ops.errors
        set resolved_at = pg_catalog.clock_timestamp(), resolved_by = session_user
        where errors.operation_id = p_operation_id and errors.kind = 'run' and errors.resolved_at is null;
    end if;
    select
        pg_catalog.count(*) filter (where batches.status = 'completed'),
        coalesce(pg_catalog.sum(batches.records), 0),
        coalesce(pg_catalog.bool_or(
            batches.status = 'claimed'
            and batches.worker_id is distinct from p_worker_id
            and batch_ops.is_alive(workers.pid, workers.backend_start)
        ), false)
    into v_batches, v_records, v_held
    from batch_ops.batches
    left join batch_ops.workers on batches.worker_id = workers.worker_id
    where batches.operation_id = p_operation_id;

    v_closes := not v_held
        and (
            p_status in ('completed', 'cancelled')
            or (p_status = 'failed' and v_batches = 0 and v_records = 0)
        );
    update batch_ops.runs
    set
        status = p_status,
        batch_count = v_batches,
        processed_records = v_records,
        error_count = batch_ops.count_errors(p_operation_id),
        stop_reason = p_stop_reason,
        -- A plan that nobody confirmed has done nothing, and leaves its key to another run.
        idempotency_key = case when runs.status = 'planned' then null else runs.idempotency_key end,
        completed_at = case when p_status not in ('running', 'paused') then pg_catalog.clock_timestamp() end,
        closed_at = case when v_closes then pg_catalog.clock_timestamp() end
    where runs.operation_id = p_operation_id;
    if p_status <> 'running' then
        perform batch_ops.number_lines(p_operation_id);
    end if;
    if
        v_before.notify_on_completion
        and v_before.status <> 'planned'
        and (
            -- Who holds a batch of a cancelled run still may change rows, and closes it.
            (p_status = 'cancelled' and v_closes)
            or (p_status not in ('running', 'paused', 'cancelled') and p_status <> v_before.status)
        )
    then
        perform batch_ops.announce(p_operation_id, 'ended', v_records, v_batches);
    end if;
    if v_closes then
        perform batch_ops.drop_inputs(p_operation_id);
    end if;
end
$function$
{% endmacro %}
