{#- batch_ops.shares: what each worker of a run has done, by its batches; null when there was only one. -#}
{% macro _engine_shares() %}
create or replace function batch_ops.shares(p_operation_id uuid)
returns jsonb
language sql
stable
as $function$
    select case
        when pg_catalog.count(*) > 1 then pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
                'pid', workers.pid, 'records', done.records, 'batches', done.batches, 'stop_reason', workers.stop_reason
            )
            order by workers.worker_id
        )
    end
    from batch_ops.workers
    inner join (
        select
            batches.worker_id,
            pg_catalog.count(*) filter (where batches.status = 'completed') as batches,
            coalesce(pg_catalog.sum(batches.records), 0) as records
        from batch_ops.batches
        where batches.operation_id = p_operation_id
        group by batches.worker_id
    ) as done using (worker_id)
$function$
{% endmacro %}
