{#-
  batch_ops.drop_staged: drops the staged keys of a closed run.

  A table that a hanging session still reads is left alone: waiting for that lock would hang this session too.
-#}
{% macro _engine_drop_staged() %}
create or replace function batch_ops.drop_staged(p_operation_id uuid)
returns void
language plpgsql
as $function$
declare
    v_table text;
begin
    for v_table in
        select steps.staged_table from batch_ops.steps
        where steps.operation_id = p_operation_id and steps.staged_table is not null
    loop
        begin
            execute pg_catalog.format('lock table batch_ops.%I in access exclusive mode nowait', v_table);
            execute pg_catalog.format('drop table batch_ops.%I', v_table);
        exception
            when lock_not_available or undefined_table then
                null;
        end;
    end loop;
end
$function$
{% endmacro %}
