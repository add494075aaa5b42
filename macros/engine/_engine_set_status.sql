{#-
  batch_ops.set_status: moves a run to a status, counts what it has done, and closes it when nothing is left to resume.

  A run is closed when it completed, was cancelled, or failed before it changed anything, and never while a live
  worker other than p_worker_id holds one of its batches. Closing drops the run's staged keys.
-#}
{% macro _engine_set_status() %}
create or replace function batch_ops.set_status(p_operation_id uuid, p_status text, p_worker_id bigint default null)
returns void
language plpgsql
as $function$
declare
    v_batches bigint;
    v_records bigint;
    v_errors bigint;
    v_held boolean;
    v_closes boolean;
begin
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
    select pg_catalog.count(*) into v_errors from batch_ops.errors where errors.operation_id = p_operation_id;

    v_closes := not v_held
        and (p_status in ('completed', 'cancelled') or (p_status = 'failed' and v_batches = 0));
    update batch_ops.runs
    set
        status = p_status,
        batch_count = v_batches,
        processed_records = v_records,
        error_count = v_errors,
        completed_at = case when p_status = 'running' then null else pg_catalog.clock_timestamp() end,
        closed_at = case when v_closes then pg_catalog.clock_timestamp() end
    where runs.operation_id = p_operation_id;
    if v_closes then
        perform batch_ops.drop_staged(p_operation_id);
    end if;
end
$function$
{% endmacro %}
