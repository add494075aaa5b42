{#-
  batch_ops.open_turn: opens the steps of a run that are worked on side by side; returns why they may not start, or null.
-#}
{% macro _engine_open_turn() %}
create or replace function batch_ops.open_turn(p_operation_id uuid, p_turn integer)
returns jsonb
language plpgsql
as $function$
declare
    v_number integer;
    v_refusal jsonb;
begin
    for v_number in
        select steps.step_number from batch_ops.steps
        where steps.operation_id = p_operation_id and steps.turn = p_turn
        order by steps.step_number
    loop
        v_refusal := batch_ops.open_step(p_operation_id, v_number);
        exit when v_refusal is not null;
    end loop;
    return v_refusal;
end
$function$
{% endmacro %}
