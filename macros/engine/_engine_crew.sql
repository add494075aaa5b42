{#-
  batch_ops.crew: the workers of a run for a line of progress, by what they have said at the end of their slices.

  Those that were there since p_since, in the order in which they came; records and the like are of the whole run.
-#}
{% macro _engine_crew() %}
create or replace function batch_ops.crew(p_operation_id uuid, p_since timestamptz)
returns jsonb
language sql
stable
as $function$
    select pg_catalog.jsonb_build_object(
        'batches', coalesce(pg_catalog.sum(members.batches), 0),
        'records', coalesce(pg_catalog.sum(members.records), 0),
        'failed', coalesce(pg_catalog.sum(members.failed), 0),
        'retries', coalesce(pg_catalog.sum(members.retries), 0),
        'workers', coalesce(
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'worker_id', members.worker_id, 'pid', members.pid, 'records', members.records,
                    'batches', members.batches, 'failed', members.failed, 'is_working', members.is_working,
                    'stop_reason', coalesce(
                        members.stop_reason,
                        case when not members.is_working and members.ended_at is null then 'its session is gone' end
                    )
                )
                order by members.worker_id
            ) filter (where members.is_working or members.heartbeat_at >= p_since),
            '[]'
        ),
        'working', pg_catalog.count(*) filter (where members.is_working)
    )
    from (
        select
            workers.*,
            workers.ended_at is null and batch_ops.is_alive(workers.pid, workers.backend_start) as is_working
        from batch_ops.workers
        where workers.operation_id = p_operation_id and workers.role = 'worker'
    ) as members
$function$
{% endmacro %}
