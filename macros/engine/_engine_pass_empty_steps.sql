{#-
  batch_ops.pass_empty_steps: closes the steps of a run that were opened and have nothing to do, and the run if that was all.
-#}
{% macro _engine_pass_empty_steps() %}
create or replace function batch_ops.pass_empty_steps(p_operation_id uuid)
returns void
language plpgsql
as $function$
declare
    v_number integer;
begin
    for v_number in
        select steps.step_number from batch_ops.steps
        where steps.operation_id = p_operation_id and steps.status = 'running' and steps.upper_bound is null
        order by steps.step_number
    loop
        if batch_ops.finish_step(p_operation_id, v_number) then
            perform batch_ops.set_status(p_operation_id, 'completed');
        end if;
    end loop;
end
$function$
{% endmacro %}
