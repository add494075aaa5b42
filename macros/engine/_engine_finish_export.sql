{#- batch_ops.finish_export: ends an exporting session's part of a run; the run is completed when all is exported. -#}
{% macro _engine_finish_export() %}
create or replace function batch_ops.finish_export(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
declare
    v_slice batch_ops.slice := batch_ops.start_slice(p_operation_id);
    v_last jsonb;
begin
    select newest.range_hi into v_last from batch_ops.position(p_operation_id, v_slice.step_number) as newest;
    perform batch_ops.end_slice(
        p_operation_id, v_slice.step_number, v_slice.worker_id,
        case
            when v_slice.upper_bound is null or v_last = v_slice.upper_bound then 'exhausted'
            else 'cancelled'
        end,
        null
    );
    return batch_ops.run_summary(p_operation_id);
end
$function$
{% endmacro %}
