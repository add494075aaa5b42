{#-
  batch_ops.worker_source: how a session of this role can be opened from here: a foreign server, or the server's own socket.

  source is what dblink_connect takes; it never holds a password. Where there is none, problem says what is missing and
  advice what to do about it.
-#}
{% macro _engine_worker_source() %}
create or replace function batch_ops.worker_source(
    p_server text,
    out source text,
    out is_server boolean,
    out problem text,
    out advice text
)
language plpgsql
as $function$
declare
    v_schema name := batch_ops.dblink_schema();
    v_socket text;
begin
    is_server := exists (
        select 1 from pg_catalog.pg_foreign_server as servers where servers.srvname = p_server
    );
    if v_schema is null then
        problem := pg_catalog.format('extension dblink is not installed in database %s', pg_catalog.current_database());
        advice := 'create extension dblink';
    elsif is_server and not pg_catalog.has_server_privilege(p_server, 'USAGE') then
        problem := pg_catalog.format('role %s may not use foreign server %s', current_user, p_server);
        advice := pg_catalog.format('grant usage on foreign server %I to %I', p_server, current_user);
    elsif is_server and not exists (
        select 1 from pg_catalog.pg_user_mappings as mappings
        where mappings.srvname = p_server and (mappings.umuser = 0 or mappings.usename = current_user)
    ) then
        problem := pg_catalog.format('role %s has no user mapping for foreign server %s', current_user, p_server);
        advice := pg_catalog.format(
            'create user mapping for %I server %I options (user %L, password ...)', current_user, p_server, current_user
        );
    elsif is_server then
        source := p_server;
    elsif not pg_catalog.has_function_privilege(
        pg_catalog.format('%I.dblink_connect_u(text, text)', v_schema), 'EXECUTE'
    ) then
        problem := pg_catalog.format('there is no foreign server %s', p_server);
        advice := pg_catalog.format(
            'create server %I foreign data wrapper dblink_fdw options (host ''localhost'', port %L, dbname %L)',
            p_server, pg_catalog.current_setting('port'), pg_catalog.current_database()
        );
    else
        begin
            v_socket := pg_catalog.split_part(pg_catalog.current_setting('unix_socket_directories'), ',', 1);
        exception
            -- Not shown to everybody; then libpq's own default has to do.
            when insufficient_privilege then
                v_socket := '';
        end;
        source := (
            select pg_catalog.string_agg(
                options.name || '=''' || pg_catalog.replace(pg_catalog.replace(options.value, '\', '\\'), '''', '\''') || '''',
                ' '
            )
            from (
                values
                    ('host', nullif(v_socket, '')), ('port', pg_catalog.current_setting('port')),
                    ('dbname', pg_catalog.current_database()::text), ('user', current_user::text), ('connect_timeout', '5')
            ) as options (name, value)
            where options.value is not null
        );
    end if;
end
$function$
{% endmacro %}
