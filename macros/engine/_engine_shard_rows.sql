{#- batch_ops.shard_rows: about how many rows a foreign table has, by its server's own statistics; null when it has none. -#}
{% macro _engine_shard_rows() %}
create or replace function batch_ops.shard_rows(p_server name, p_leaf text)
returns bigint
language plpgsql
as $function$
declare
    v_remote record := batch_ops.remote_name(p_leaf::regclass, '{}');
    v_rows bigint;
begin
    execute pg_catalog.format(
        'select tables.estimated_rows from batch_ops.%I as tables where tables.schema_name = $1 and tables.table_name = $2',
        batch_ops.shard_table(p_server, 'tables')
    )
    into v_rows
    using v_remote.schema_name, v_remote.table_name;
    return v_rows;
end
$function$
{% endmacro %}
