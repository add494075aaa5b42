{#-
  batch_ops.connect_workers: opens sessions for the workers of a run, as many as may be, and makes this one their coordinator.

  Returns what coordinate takes: connections (none: nobody but this session can work), and why there are not as many as
  asked for: problem, advice.
-#}
{% macro _engine_connect_workers() %}
create or replace function batch_ops.connect_workers(p_operation_id uuid, p_count integer, p_server text)
returns jsonb
language plpgsql
as $function$
declare
    v_connections jsonb := '[]';
    v_opened record;
    v_name text;
begin
    for v_number in 1 .. p_count loop
        v_name := 'batch_ops ' || v_number;
        v_opened := batch_ops.connect_worker(v_name, p_server);
        exit when v_opened.problem is not null;
        v_connections := v_connections || pg_catalog.jsonb_build_object(
            'name', v_name, 'server', p_server, 'pid', v_opened.pid, 'doing', 'nothing', 'losses', 0
        );
    end loop;
    if v_connections <> '[]' then
        perform batch_ops.register_worker(p_operation_id, 'coordinator');
    end if;
    return pg_catalog.jsonb_build_object(
        'connections', v_connections, 'problem', v_opened.problem, 'advice', v_opened.advice
    );
end
$function$
{% endmacro %}
