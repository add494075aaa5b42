{#-
  batch_ops.disconnect_worker: closes a connection to a worker, if it is there; does not wait for what the worker is doing.
-#}
{% macro _engine_disconnect_worker() %}
create or replace function batch_ops.disconnect_worker(p_connection text)
returns void
language plpgsql
as $function$
declare
    v_open text[];
begin
    execute pg_catalog.format('select %I.dblink_get_connections()', batch_ops.dblink_schema()) into v_open;
    if p_connection = any (v_open) then
        execute pg_catalog.format('select %I.dblink_disconnect($1)', batch_ops.dblink_schema()) using p_connection;
    end if;
end
$function$
{% endmacro %}
