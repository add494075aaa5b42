{#-
  batch_ops.prepare_shard: makes on a server what it keeps for runs, and here the foreign tables that read it.

  p_statements are run there through dblink, which takes the name of a server of postgres_fdw. Returns null, or why they could
  not be run; the foreign tables are made in any case, so that it is enough to run them there by hand.
-#}
{% macro _engine_prepare_shard() %}
create or replace function batch_ops.prepare_shard(p_server name, p_statements jsonb)
returns text
language plpgsql
as $function$
declare
    v_schema name := batch_ops.dblink_schema();
    v_connection text := 'batch_ops.prepare_shard';
    v_statement text;
    v_table record;
begin
    for v_table in
        select named.what, named.remote, named.columns
        from (
            values
            (
                'applied', 'applied',
                'operation_id uuid, step_number integer, batch_number bigint, shard text, records bigint, applied_hi jsonb, '
                'part_records bigint, part_failures jsonb'
            ),
            ('state', 'shard_state', 'synchronous_commit text, server_version text'),
            ('tables', 'shard_tables', 'schema_name text, table_name text, estimated_rows bigint, keys jsonb, deferred text[], collated text[]')
        ) as named (what, remote, columns)
    loop
        execute pg_catalog.format(
            'create foreign table if not exists batch_ops.%I (%s) server %I options (schema_name ''batch_ops'', table_name %L)',
            batch_ops.shard_table(p_server, v_table.what), v_table.columns, p_server, v_table.remote
        );
    end loop;
    if v_schema is null then
        return pg_catalog.format('extension dblink is not installed in database %s', pg_catalog.current_database());
    end if;
    begin
        execute pg_catalog.format('select %I.dblink_connect($1, $2)', v_schema) using v_connection, p_server::text;
        for v_statement in select statements.text from pg_catalog.jsonb_array_elements_text(p_statements) as statements (text) loop
            execute pg_catalog.format('select %I.dblink_exec($1, $2)', v_schema) using v_connection, v_statement;
        end loop;
        perform batch_ops.disconnect_worker(v_connection);
        return null;
    exception
        when others then
            perform batch_ops.disconnect_worker(v_connection);
            return batch_ops.one_line(sqlerrm);
    end;
end
$function$
{% endmacro %}
