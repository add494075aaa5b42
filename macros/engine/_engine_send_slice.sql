{#-
  batch_ops.send_slice: lets a free worker behind a connection do its next slice; does not wait for it.

  A limit of time is sent before the slice, as a statement of its own: the clock of statement_timeout starts with the CALL.
  Only what the next slice builds on goes along.
-#}
{% macro _engine_send_slice() %}
create or replace function batch_ops.send_slice(p_run batch_ops.runs, p_connection jsonb, p_slice interval)
returns jsonb
language plpgsql
as $function$
declare
    v_limit interval := least(
        case
            when p_run.deadline_at is not null
                then greatest(p_run.deadline_at - pg_catalog.clock_timestamp(), interval '0') + interval '1 second'
        end,
        p_run.batch_timeout + p_slice
    );
    v_state jsonb := p_connection -> 'state';
    v_doing text := 'slice';
    v_statement text;
begin
    if v_limit is not null and p_connection ->> 'doing' <> 'ready' then
        v_doing := 'limit';
        v_statement := pg_catalog.format('set statement_timeout = %s', (extract(epoch from v_limit) * 1000)::bigint);
    else
        v_statement := pg_catalog.format(
            'call batch_ops.work(%L::uuid, %L::interval, %L::jsonb)', p_run.operation_id, p_slice,
            case when v_state is not null then pg_catalog.jsonb_build_object(
                'step', pg_catalog.jsonb_build_object('number', v_state #> '{step,number}'),
                'track', v_state -> 'track',
                'waiting_since', v_state -> 'waiting_since'
            ) end
        );
    end if;
    execute pg_catalog.format('select %I.dblink_send_query($1, $2)', batch_ops.dblink_schema())
    using p_connection ->> 'name', v_statement;
    return p_connection || pg_catalog.jsonb_build_object('doing', v_doing);
exception
    when others then
        perform batch_ops.disconnect_worker(p_connection ->> 'name');
        return p_connection || pg_catalog.jsonb_build_object(
            'doing', 'nothing', 'is_lost', true, 'losses', (p_connection -> 'losses')::integer + 1,
            'error', batch_ops.one_line(sqlerrm)
        );
end
$function$
{% endmacro %}
