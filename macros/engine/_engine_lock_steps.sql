{#- batch_ops.lock_steps: the claim locks of all steps of a run, in order: nobody claims and nobody ends a slice meanwhile. -#}
{% macro _engine_lock_steps() %}
create or replace function batch_ops.lock_steps(p_operation_id uuid)
returns void
language plpgsql
as $function$
begin
    perform batch_ops.lock_step(numbered.operation_id, numbered.step_number)
    from (
        select steps.operation_id, steps.step_number from batch_ops.steps
        where steps.operation_id = p_operation_id
        order by steps.step_number
    ) as numbered;
end
$function$
{% endmacro %}
