{#-
  batch_ops.drop_staged: drops what a closed run has staged: keys, rows, outputs of its steps.

  A table that a hanging session still reads is left alone: waiting for that lock would hang this session too.
-#}
{% macro _engine_drop_staged() %}
create or replace function batch_ops.drop_staged(p_operation_id uuid)
returns void
language plpgsql
as $function$
begin
    perform batch_ops.drop_if_idle(classes.relname)
    from pg_catalog.pg_class as classes
    where
        classes.relnamespace = 'batch_ops'::regnamespace
        and classes.relkind = 'r'
        and classes.relname ^@ ('staged_' || pg_catalog.replace(p_operation_id::text, '-', '') || '_');
end
$function$
{% endmacro %}
