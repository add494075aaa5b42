{#-
  batch_ops.drop_if_idle: drops a staged table unless a session uses it or it is another role's; tells whether it is gone.

  Does not wait: whoever reads the table may hang, and a purge that hangs behind it would keep its own locks.
-#}
{% macro _engine_drop_if_idle() %}
create or replace function batch_ops.drop_if_idle(p_table text)
returns boolean
language plpgsql
as $function$
begin
    execute pg_catalog.format('lock table batch_ops.%I in access exclusive mode nowait', p_table);
    execute pg_catalog.format('drop table batch_ops.%I', p_table);
    return true;
exception
    when lock_not_available or insufficient_privilege then
        return false;
    when undefined_table then
        -- Another purge was faster.
        return null;
end
$function$
{% endmacro %}
