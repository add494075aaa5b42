{#-
  batch_ops.settle_export: records a range whose rows are in the file and on its disk, and where the file ends now.
-#}
{% macro _engine_settle_export() %}
create or replace function batch_ops.settle_export(
    p_operation_id uuid,
    p_batch_number bigint,
    p_records bigint,
    p_position bigint
)
returns void
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_batch_size integer;
begin
    update batch_ops.batches
    set
        status = 'completed',
        records = p_records,
        output_position = p_position,
        started_at = batches.claimed_at,
        completed_at = pg_catalog.clock_timestamp()
    where
        batches.operation_id = p_operation_id
        and batches.step_number = 1
        and batches.batch_number = p_batch_number
        and batches.status = 'claimed';
    if not found then
        raise exception 'Batch % of run % is not claimed.', p_batch_number, p_operation_id
        using errcode = 'object_not_in_prerequisite_state';
    end if;
    select steps.batch_size into v_batch_size
    from batch_ops.steps
    where steps.operation_id = p_operation_id and steps.step_number = 1;
    perform pg_catalog.set_config('batch_ops.stride', batch_ops.next_stride(
        pg_catalog.current_setting('batch_ops.stride')::integer, v_batch_size, p_records
    )::text, false);
    update batch_ops.workers
    set records = workers.records + p_records, batches = workers.batches + 1
    where workers.operation_id = p_operation_id and workers.pid = pg_catalog.pg_backend_pid();
    select runs.* into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    perform batch_ops.announce_progress(v_run, true, 0);
end
$function$
{% endmacro %}
