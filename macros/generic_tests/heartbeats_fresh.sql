{#-
  Whoever works on a run that says that it is running has shown a sign of life lately. Documented in _macros.yml.

  A sign of life comes between two batches, so the time that the slowest one took counts; a run that is one transaction shows
  none before its end, and only that its session is there can be seen.
-#}
{% test heartbeats_fresh(model, operation=none, heartbeats=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["workers", "runs", "batches"]) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
with running as (
    select
        runs.operation,
        runs.operation_id,
        runs.heartbeat_interval,
        runs.claim_timeout,
        runs.error_handling,
        seen.heartbeat_at,
        seen.sessions,
        clock_timestamp() - seen.heartbeat_at as silent,
        greatest(
            runs.heartbeat_interval * {{ heartbeats if heartbeats is not none else dbt_batch_ops._setting("batch_ops_test_heartbeats") }},
            runs.batch_timeout,
            3 * (
                select max(batches.completed_at - batches.started_at) from {{ reads.batches }} as batches
                where batches.operation_id = runs.operation_id
            )
        ) as patience
    from {{ reads.runs }} as runs
    cross join lateral (
        select
            -- A coordinator is there, whatever those do that it feeds.
            coalesce(
                max(workers.heartbeat_at) filter (where workers.role = 'worker'), max(workers.heartbeat_at)
            ) as heartbeat_at,
            string_agg(workers.pid::text, ', ' order by workers.pid) filter (
                where workers.ended_at is null and batch_ops.is_alive(workers.pid, workers.backend_start)
            ) as sessions
        from {{ reads.workers }} as workers
        where workers.operation_id = runs.operation_id
    ) as seen
    where
        runs.status = 'running'
        and runs.pause_requested_at is null
        and {{ dbt_batch_ops._in_test_scope(operation) }}
),

findings as (
    select
        running.operation,
        running.operation_id,
        null::integer as step_number,
        null::bigint as batch_number,
        case
            when running.sessions is null
                then array[
                    'it is interrupted: nobody works on it, and nobody has ended it',
                    coalesce(
                        'no session since ' || to_char(running.heartbeat_at, 'YYYY-MM-DD HH24:MI:SS TZH'), 'no session at all'
                    ),
                    'a session', 'error'
                ]
            else
                array[
                    'no sign of life from those who work on it',
                    'none from session ' || running.sessions || ' for ' || date_trunc('second', running.silent),
                    'one within ' || date_trunc('second', running.patience), 'warn'
                ]
        end as finding
    from running
    where
        (running.sessions is null and coalesce(running.silent > running.claim_timeout, true))
        or (running.silent > running.patience and running.error_handling <> 'rollback_on_any_error')
)

{{ dbt_batch_ops._findings(with_level=true) }}
{%- endif -%}
{% endtest %}
