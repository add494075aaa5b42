{#-
  batch_ops.purge_queue: the next thousand things that a phase of a purge has to delete, behind the last one; [] at its end.

  Each phase is gone through once, in one order: what another purge holds, or what may not be dropped, is passed by.
-#}
{% macro _engine_purge_queue() %}
create or replace function batch_ops.purge_queue(p_state jsonb, p_keep integer)
returns jsonb
language plpgsql
as $function$
declare
    v_after jsonb := p_state -> 'after';
    v_queue jsonb;
begin
    case p_state ->> 'phase'
        when 'runs' then
            select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(next.closed_at, next.operation_id))
            into v_queue
            from (
                select purgeable.closed_at, purgeable.operation_id
                from batch_ops.purgeable_runs((p_state ->> 'closed_before')::timestamptz, p_keep) as purgeable
                where
                    v_after is null
                    or (purgeable.closed_at, purgeable.operation_id)
                    > ((v_after ->> 0)::timestamptz, (v_after ->> 1)::uuid)
                order by purgeable.closed_at, purgeable.operation_id
                limit 1000
            ) as next;
        when 'batches' then
            select pg_catalog.jsonb_agg(next.operation_id) into v_queue
            from (
                select leftover.operation_id
                from batch_ops.runs_of_leftover_batches((v_after #>> '{}')::uuid) as leftover (operation_id)
                limit 1000
            ) as next;
        when 'tables' then
            select pg_catalog.jsonb_agg(next.name) into v_queue
            from (
                select leftover.name from batch_ops.leftover_tables(v_after #>> '{}') as leftover (name) limit 1000
            ) as next;
    end case;
    return coalesce(v_queue, '[]'::jsonb);
end
$function$
{% endmacro %}
