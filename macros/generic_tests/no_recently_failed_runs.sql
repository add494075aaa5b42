{#-
  No run of the last hours has failed, run out of time or come to be blocked, unless a later run of the same operation on
  the same table has done it since. Documented in _macros.yml.
-#}
{% test no_recently_failed_runs(model, operation=none, hours=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["run_overview"]) -%}
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
            'it is ' || replace(runs.status, '_', ' '),
            'since ' || to_char(runs.completed_at, 'YYYY-MM-DD HH24:MI:SS TZH') || coalesce(': ' || runs.stop_reason, ''),
            'completed'
        ] as finding
    from {{ reads.run_overview }} as runs
    where
        runs.status in ('failed', 'timed_out', 'blocked')
        and {{ dbt_batch_ops._lately(operation, hours) }}
        and not exists (
            select 1 from {{ reads.run_overview }} as later
            where
                later.operation = runs.operation
                and later.target = runs.target
                and later.started_at > runs.started_at
                and later.status in ('completed', 'completed_with_errors')
        )
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
