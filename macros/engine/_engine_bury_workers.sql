{#-
  batch_ops.bury_workers: gives back what dead workers of a run had claimed, so that others do it next.

  Looks only at workers without a sign of life for a heartbeat: in a healthy run there are none. A live one that is merely
  late keeps its claims until they are too old (claim_abandoned).
-#}
{% macro _engine_bury_workers() %}
create or replace function batch_ops.bury_workers(p_run batch_ops.runs)
returns void
language plpgsql
as $function$
declare
    v_dead bigint[];
begin
    select pg_catalog.array_agg(workers.worker_id) into v_dead
    from batch_ops.workers
    where
        workers.operation_id = p_run.operation_id
        and workers.ended_at is null
        and workers.heartbeat_at < pg_catalog.clock_timestamp() - p_run.heartbeat_interval
        and not batch_ops.is_alive(workers.pid, workers.backend_start);
    if v_dead is null then
        return;
    end if;
    -- Claims are given back and taken over under one lock, so that both never wait for each other's rows.
    perform batch_ops.lock_steps(p_run.operation_id);
    update batch_ops.batches
    set status = 'released', retry_at = pg_catalog.clock_timestamp()
    where
        batches.operation_id = p_run.operation_id
        and batches.status = 'claimed'
        and batches.worker_id = any (v_dead);
    update batch_ops.workers
    set ended_at = workers.heartbeat_at, stop_reason = 'its session is gone'
    where workers.worker_id = any (v_dead) and workers.ended_at is null;
end
$function$
{% endmacro %}
