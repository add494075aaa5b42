{#-
  batch_ops.drop_staged: drops what a closed run has staged: keys, rows, outputs of its steps.

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
        select classes.relname from pg_catalog.pg_class as classes
        where
            classes.relnamespace = 'batch_ops'::regnamespace
            and classes.relkind = 'r'
            and classes.relname ^@ ('staged_' || pg_catalog.replace(p_operation_id::text, '-', '') || '_')
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
