{#-
  batch_ops.collect_slice: takes what a worker behind a connection has answered, without waiting for one that is busy.

  Returns the connection: doing `nothing` when it is free, `ready` when it is and has its limit of time, state with what
  its slice said, `is_lost` when the session is gone, error when its call failed.
-#}
{% macro _engine_collect_slice() %}
create or replace function batch_ops.collect_slice(p_connection jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_schema name := batch_ops.dblink_schema();
    v_name text := p_connection ->> 'name';
    v_busy integer;
    v_state jsonb;
    v_status text;
begin
    execute pg_catalog.format('select %I.dblink_is_busy($1)', v_schema) into v_busy using v_name;
    if v_busy = 1 then
        return p_connection;
    end if;
    if p_connection ->> 'doing' = 'slice' then
        execute pg_catalog.format('select * from %I.dblink_get_result($1) as answer (state jsonb)', v_schema)
        into v_state
        using v_name;
        p_connection := p_connection || pg_catalog.jsonb_build_object('state', v_state);
    else
        execute pg_catalog.format('select * from %I.dblink_get_result($1) as answer (status text)', v_schema)
        into v_status
        using v_name;
    end if;
    -- The connection is free again once an empty answer was read.
    execute pg_catalog.format('select * from %I.dblink_get_result($1) as answer (nothing text)', v_schema)
    into v_status
    using v_name;
    return p_connection || pg_catalog.jsonb_build_object(
        'doing', case p_connection ->> 'doing' when 'limit' then 'ready' else 'nothing' end
    );
exception
    when others then
        perform batch_ops.disconnect_worker(v_name);
        return p_connection || pg_catalog.jsonb_build_object(
            'doing', 'nothing', 'is_lost', true, 'losses', (p_connection -> 'losses')::integer + 1,
            'error', batch_ops.one_line(sqlerrm)
        );
end
$function$
{% endmacro %}
