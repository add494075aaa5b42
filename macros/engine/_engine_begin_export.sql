{#-
  batch_ops.begin_export: what an exporting client has to know of a run: where its file ends, and what it holds.

  Raises object_in_use when another session exports the run.
-#}
{% macro _engine_begin_export() %}
create or replace function batch_ops.begin_export(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
declare
    v_slice batch_ops.slice := batch_ops.start_slice(p_operation_id);
    v_summary jsonb;
    v_pid integer;
begin
    select workers.pid into v_pid
    from batch_ops.workers
    where
        workers.operation_id = p_operation_id
        and workers.worker_id <> v_slice.worker_id
        and workers.ended_at is null
        and batch_ops.is_alive(workers.pid, workers.backend_start);
    if found then
        raise exception 'Run % is exported by process % already.', p_operation_id, v_pid
        using errcode = 'object_in_use';
    end if;
    v_summary := batch_ops.run_summary(p_operation_id);
    return v_summary || pg_catalog.jsonb_build_object(
        'position', (
            select pg_catalog.max(batches.output_position) from batch_ops.batches
            where batches.operation_id = p_operation_id and batches.status = 'completed'
        ),
        'columns', (
            select steps.plan -> 'export_columns' from batch_ops.steps
            where steps.operation_id = p_operation_id and steps.step_number = 1
        ),
        'records', v_summary -> 'processed_records',
        'batches', v_summary -> 'batch_count'
    );
end
$function$
{% endmacro %}
