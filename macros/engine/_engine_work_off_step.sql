{#-
  batch_ops.work_off_step: all that is left of a run's current step, without a commit; returns the run's status.
-#}
{% macro _engine_work_off_step() %}
create or replace function batch_ops.work_off_step(p_operation_id uuid)
returns text
language plpgsql
set jit = off
set enable_seqscan = off
as $function$
declare
    v_slice batch_ops.slice := batch_ops.start_slice(p_operation_id);
    v_stride integer := v_slice.batch_size;
    v_claimed record;
    v_applied record;
    v_outcome text := 'not_runnable';
begin
    <<claims>>
    while v_slice.runnable loop
        select * into v_claimed from batch_ops.claim(v_slice, v_stride, 1);
        if v_claimed.batch_numbers is null then
            v_outcome := 'exhausted';
            exit claims;
        end if;
        select * into v_applied
        from batch_ops.apply_batch(v_slice, v_claimed.batch_numbers[1], v_claimed.claim_numbers[1]);
        v_outcome := v_applied.outcome;
        exit claims when v_outcome <> 'completed';
        v_stride := batch_ops.next_stride(v_stride, v_slice.batch_size, v_applied.records);
        exit claims when pg_catalog.clock_timestamp() >= v_slice.deadline_at;
    end loop;
    return batch_ops.end_slice(p_operation_id, v_slice.step_number, v_slice.worker_id, v_outcome, null) ->> 'status';
end
$function$
{% endmacro %}
