{#-
  batch_ops.purge_next: one transaction of a purge: a run without its batches, a chunk of batches, or a staged table.

  Phases: the runs, each followed by its batches; batches that a killed purge has left; staged tables without a run.
-#}
{% macro _engine_purge_next() %}
create or replace function batch_ops.purge_next(p_state jsonb, p_keep integer)
returns jsonb
language plpgsql
as $function$
declare
    v_state jsonb := p_state;
    v_next jsonb;
    v_purged jsonb;
    v_chunk record;
    v_is_gone boolean;
begin
    if v_state ? 'current' then
        select * into v_chunk
        from batch_ops.purge_batches(
            (v_state #>> '{current,operation_id}')::uuid, v_state #> '{current,after}'
        );
        if v_chunk.deleted = 0 then
            return v_state - 'current';
        end if;
        return pg_catalog.jsonb_set(v_state, '{current,after}', v_chunk.last) || pg_catalog.jsonb_build_object(
            'operations', batch_ops.add_purged(
                v_state -> 'operations',
                v_state #>> '{current,operation}',
                pg_catalog.jsonb_build_object('batches', v_chunk.deleted)
            )
        );
    end if;

    if v_state -> 'queue' = '[]' then
        v_state := v_state || pg_catalog.jsonb_build_object('queue', batch_ops.purge_queue(v_state, p_keep));
    end if;
    v_next := v_state #> '{queue,0}';
    if v_next is null then
        return case v_state ->> 'phase'
            when 'runs' then (v_state - 'after') || '{"phase": "batches"}'
            when 'batches' then (v_state - 'after') || '{"phase": "tables"}'
            else v_state || '{"done": true}'
        end;
    end if;
    v_state := v_state || pg_catalog.jsonb_build_object('queue', (v_state -> 'queue') - 0, 'after', v_next);

    if v_state ->> 'phase' = 'batches' then
        return v_state || pg_catalog.jsonb_build_object(
            'current', pg_catalog.jsonb_build_object('operation_id', v_next, 'operation', '')
        );
    elsif v_state ->> 'phase' = 'tables' then
        v_is_gone := batch_ops.drop_if_idle(v_next #>> '{}');
        v_purged := pg_catalog.jsonb_build_object(
            'operation', '',
            'counts', pg_catalog.jsonb_build_object('tables', (v_is_gone is true)::integer),
            'kept', (v_is_gone is false)::integer
        );
    else
        v_purged := batch_ops.purge_run((v_next ->> 1)::uuid, (v_next ->> 0)::timestamptz);
        if v_purged is null then
            return v_state;
        elsif v_purged ? 'problem' then
            return v_state || pg_catalog.jsonb_build_object(
                'problems', coalesce(v_state -> 'problems', '[]') || (v_purged -> 'problem')
            );
        end if;
        v_state := v_state || pg_catalog.jsonb_build_object(
            'current', pg_catalog.jsonb_build_object(
                'operation_id', v_next ->> 1, 'operation', v_purged ->> 'operation'
            )
        );
        -- Those that stay are counted when they are met again without a run, at the end.
        v_purged := v_purged - 'kept';
    end if;
    return v_state || pg_catalog.jsonb_build_object(
        'operations', batch_ops.add_purged(v_state -> 'operations', v_purged ->> 'operation', v_purged -> 'counts'),
        'kept', (v_state ->> 'kept')::bigint + coalesce((v_purged ->> 'kept')::bigint, 0)
    );
end
$function$
{% endmacro %}
