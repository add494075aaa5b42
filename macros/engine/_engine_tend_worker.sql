{#-
  batch_ops.tend_worker: looks after one worker behind a connection: takes its answer, gives it the next slice, or opens
  another session in its place when it was lost.

  p_goes_on: the run needs more slices. Nothing here waits for the worker. One that a person has interrupted, that has
  stopped by itself, or that was lost three times gets nothing more (`is_over`).
-#}
{% macro _engine_tend_worker() %}
create or replace function batch_ops.tend_worker(
    p_run batch_ops.runs,
    p_connection jsonb,
    p_slice interval,
    p_goes_on boolean
)
returns jsonb
language plpgsql
as $function$
declare
    v_state jsonb;
    v_opened record;
begin
    if p_connection ->> 'doing' in ('slice', 'limit') then
        p_connection := batch_ops.collect_slice(p_connection);
    end if;
    v_state := p_connection -> 'state';
    if (v_state ->> 'interrupted')::boolean or (v_state ->> 'stopped')::boolean or (p_connection -> 'losses')::integer > 3 then
        p_connection := p_connection || '{"is_over": true}';
    end if;
    if
        not p_goes_on
        or p_connection ->> 'doing' in ('slice', 'limit')
        or p_connection ? 'is_over'
        -- It has waited for others' batches for too long; there is nothing for it until one of them ends.
        or (v_state ->> 'status' = 'blocked' and p_run.status = 'blocked')
    then
        return p_connection;
    end if;
    if p_connection ? 'is_lost' then
        v_opened := batch_ops.connect_worker(p_connection ->> 'name', p_connection ->> 'server');
        if v_opened.problem is not null then
            return p_connection || pg_catalog.jsonb_build_object('is_over', true, 'error', v_opened.problem);
        end if;
        p_connection := (p_connection - 'is_lost' - 'state') || pg_catalog.jsonb_build_object('pid', v_opened.pid);
    end if;
    return batch_ops.send_slice(p_run, p_connection, p_slice);
end
$function$
{% endmacro %}
