{#- batch_ops.purge_overview: what a purge would delete now, as a purge tells it at its end. Changes nothing. -#}
{% macro _engine_purge_overview() %}
create or replace function batch_ops.purge_overview(p_older_than interval, p_keep integer)
returns jsonb
language plpgsql
as $function$
declare
    v_operations jsonb := '{}';
    v_next record;
    v_plans bigint;
begin
    for v_next in
        select purgeable.operation, counted.counts
        from batch_ops.purgeable_runs(pg_catalog.clock_timestamp() - coalesce(p_older_than, interval '0'), p_keep) as purgeable
        cross join lateral (
            select pg_catalog.jsonb_build_object(
                'runs', 1,
                'batches', (
                    select pg_catalog.count(*) from batch_ops.batches
                    where batches.operation_id = purgeable.operation_id
                ),
                'errors', pg_catalog.count(*),
                'retryable', coalesce(
                    pg_catalog.bool_or(errors.resolved_at is null and errors.kind in ('row', 'batch')), false
                )::integer,
                'tables', (
                    select pg_catalog.count(*) from pg_catalog.pg_class as classes
                    where
                        classes.relnamespace = 'batch_ops'::regnamespace
                        and classes.relkind = 'r'
                        and classes.relname
                        ^@ ('staged_' || pg_catalog.replace(purgeable.operation_id::text, '-', '') || '_')
                )
            ) as counts
            from batch_ops.errors
            where errors.operation_id = purgeable.operation_id
        ) as counted
    loop
        v_operations := batch_ops.add_purged(v_operations, v_next.operation, v_next.counts);
    end loop;
    for v_next in
        select pg_catalog.jsonb_build_object('batches', counted.batches) as counts
        from batch_ops.runs_of_leftover_batches() as leftover (operation_id)
        cross join lateral (
            select pg_catalog.count(*) as batches from batch_ops.batches
            where batches.operation_id = leftover.operation_id
        ) as counted
        union all
        select pg_catalog.jsonb_build_object('tables', pg_catalog.count(*))
        from batch_ops.leftover_tables()
        having pg_catalog.count(*) > 0
    loop
        v_operations := batch_ops.add_purged(v_operations, '', v_next.counts);
    end loop;
    select pg_catalog.count(*) into v_plans from batch_ops.expired_plans();
    return pg_catalog.jsonb_build_object('operations', v_operations, 'plans', v_plans, 'kept', 0);
end
$function$
{% endmacro %}
