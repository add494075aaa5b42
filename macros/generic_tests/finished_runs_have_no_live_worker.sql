{#-
  No session still works on a run that has ended some minutes ago. Documented in _macros.yml.

  One that was in the middle of its slice when another ended the run learns of it at the end of that slice.
-#}
{% test finished_runs_have_no_live_worker(model, operation=none, within_days=none, minutes=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["workers", "runs"]) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
with findings as (
    select
        runs.operation,
        runs.operation_id,
        null::integer as step_number,
        null::bigint as batch_number,
        array[
            'it is ' || runs.status || ', and a session still works on it',
            'session ' || workers.pid || ' (' || workers.role || '), last seen '
            || to_char(workers.heartbeat_at, 'YYYY-MM-DD HH24:MI:SS TZH'),
            'no session since ' || to_char(runs.completed_at, 'YYYY-MM-DD HH24:MI:SS TZH')
        ] as finding
    from {{ reads.workers }} as workers
    inner join {{ reads.runs }} as runs on workers.operation_id = runs.operation_id
    -- Of a session that this role may not look at it is not known when it began; then it may be quite another one.
    inner join pg_stat_activity as sessions
        on workers.pid = sessions.pid and workers.backend_start = sessions.backend_start
    where
        workers.ended_at is null
        and batch_ops.is_alive(workers.pid, workers.backend_start)
        and runs.status in ('completed', 'failed', 'timed_out', 'cancelled')
        and runs.completed_at < clock_timestamp() - greatest(
            runs.claim_timeout, {{ dbt_batch_ops._test_minutes(minutes, "batch_ops_live_worker_minutes") }}
        )
        and {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
