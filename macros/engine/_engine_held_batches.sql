{#-
  batch_ops.held_batches: the unfinished batches of a step, at most ten: who holds them, or when they are tried again and
  after what error; null when all are done. One that failed is done: what that means was decided when it did.
-#}
{% macro _engine_held_batches() %}
create or replace function batch_ops.held_batches(p_operation_id uuid, p_step_number integer)
returns jsonb
language sql
as $function$
    select pg_catalog.jsonb_agg(
        pg_catalog.jsonb_build_object(
            'batch', held.batch_number, 'pid', held.pid, 'since', held.claimed_at, 'alive', held.alive,
            'retry_at', held.retry_at, 'error', held.error_message
        )
        order by held.retry_at is not null, held.batch_number
    )
    from (
        select
            batches.batch_number,
            workers.pid,
            batches.claimed_at,
            batches.retry_at,
            batches.error_message,
            batch_ops.is_alive(workers.pid, workers.backend_start) as alive
        from batch_ops.batches
        left join batch_ops.workers on batches.worker_id = workers.worker_id
        where
            batches.operation_id = p_operation_id
            and batches.step_number = p_step_number
            and batches.status not in ('completed', 'failed')
        order by batches.retry_at is not null, batches.batch_number
        limit 10
    ) as held
$function$
{% endmacro %}
