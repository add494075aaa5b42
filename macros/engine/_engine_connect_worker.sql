{#-
  batch_ops.connect_worker: opens a session for a worker with dblink, and makes sure that it is one of this database and role.

  Returns its process id, or the problem and, where there is one, advice; then nothing is left open.
-#}
{% macro _engine_connect_worker() %}
create or replace function batch_ops.connect_worker(
    p_connection text,
    p_server text,
    out pid integer,
    out problem text,
    out advice text
)
language plpgsql
as $function$
declare
    v_schema name := batch_ops.dblink_schema();
    v_source record;
    v_session record;
begin
    v_source := batch_ops.worker_source(p_server);
    if v_source.source is null then
        problem := v_source.problem;
        advice := v_source.advice;
        return;
    end if;
    begin
        perform batch_ops.disconnect_worker(p_connection);
        execute pg_catalog.format(
            'select %I.%I($1, $2)', v_schema, case when v_source.is_server then 'dblink_connect' else 'dblink_connect_u' end
        )
        using p_connection, v_source.source;
        execute pg_catalog.format(
            'select * from %I.dblink($1, $2) as session (pid integer, backend_start timestamptz, role text, db text)', v_schema
        )
        into v_session
        using p_connection,
            'select pid, backend_start, current_user, current_database() '
            'from pg_catalog.pg_stat_activity where pid = pg_catalog.pg_backend_pid()';
        -- What a transaction has seen of the sessions stays as it was, else.
        perform pg_catalog.pg_stat_clear_snapshot();
        if
            v_session.db <> pg_catalog.current_database()
            or not batch_ops.is_alive(v_session.pid, v_session.backend_start)
        then
            problem := pg_catalog.format('foreign server %s leads to another server, to database %s', p_server, v_session.db);
            advice := 'let its options host, port and dbname name this database';
        elsif v_session.role <> current_user then
            execute pg_catalog.format('select %I.dblink_exec($1, $2)', v_schema)
            using p_connection, pg_catalog.format('set role %I', current_user);
        end if;
    exception
        when others then
            problem := pg_catalog.format(
                '%s: %s', case when v_source.is_server then 'foreign server ' || p_server else 'the server''s own socket' end,
                batch_ops.one_line(sqlerrm)
            );
            get stacked diagnostics advice = pg_exception_detail;
            advice := nullif(batch_ops.one_line(advice), '');
    end;
    if problem is null then
        pid := v_session.pid;
        execute pg_catalog.format('select %I.dblink_exec($1, $2)', v_schema)
        using p_connection, 'set application_name = ''dbt-batch-ops worker''';
    else
        perform batch_ops.disconnect_worker(p_connection);
    end if;
end
$function$
{% endmacro %}
