{#-
  batch_ops.connect_workers: opens sessions for the workers of a run, as many as may be, and makes this one their coordinator.

  Each has its first slice, of p_slice, before the next one is opened. Returns what coordinate takes: connections (none:
  nobody but this session can work), crew and since, and why there are not as many as asked for: problem, advice.
-#}
{% macro _engine_connect_workers() %}
create or replace function batch_ops.connect_workers(
    p_operation_id uuid,
    p_count integer,
    p_server text,
    p_slice interval
)
returns jsonb
language plpgsql
as $function$
declare
    v_since timestamptz := pg_catalog.clock_timestamp();
    -- What was done before is not this command's.
    v_crew jsonb := batch_ops.crew(p_operation_id, v_since);
    v_connections jsonb := '[]';
    v_run batch_ops.runs;
    v_opened record;
    v_name text;
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    for v_number in 1 .. p_count loop
        v_name := 'batch_ops ' || v_number;
        v_opened := batch_ops.connect_worker(v_name, p_server);
        exit when v_opened.problem is not null;
        if v_number = 1 then
            perform batch_ops.register_worker(p_operation_id, 'coordinator');
        end if;
        v_connections := v_connections || batch_ops.tend_worker(
            v_run,
            pg_catalog.jsonb_build_object(
                'name', v_name, 'server', p_server, 'pid', v_opened.pid, 'doing', 'nothing', 'losses', 0
            ),
            p_slice,
            true
        );
    end loop;
    return pg_catalog.jsonb_build_object(
        'connections', v_connections, 'crew', v_crew, 'since', v_since,
        'problem', v_opened.problem, 'advice', v_opened.advice
    );
end
$function$
{% endmacro %}
