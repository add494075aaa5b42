{#-
  batch_ops.open_first_step: opens a run's first step, with those beside it, and those behind it while there is nothing to do.

  Returns why it may not start, or null. A run in which nothing at all is to be done is completed.
-#}
{% macro _engine_open_first_step() %}
create or replace function batch_ops.open_first_step(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
declare
    v_refusal jsonb;
begin
    v_refusal := batch_ops.open_turn(p_operation_id, 1);
    if v_refusal is not null then
        return v_refusal;
    end if;
    if exists (
        select 1 from batch_ops.runs where runs.operation_id = p_operation_id and runs.status = 'running'
    ) then
        perform batch_ops.pass_empty_steps(p_operation_id);
    end if;
    return null;
end
$function$
{% endmacro %}
