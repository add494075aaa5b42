{#-
  No run is unfinished although its time has been over for some minutes, or it has taken so many hours. Documented in
  _macros.yml.

  A run ends itself at its deadline; one that does not hangs in a batch, or nobody is there any more to end it.
-#}
{% test runs_end_in_time(model, operation=none, minutes=none, hours=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["run_overview"]) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
{%- set limit = hours if hours is not none else dbt_batch_ops._setting("batch_ops_overdue_hours") -%}
with unfinished as (
    select
        runs.operation,
        runs.operation_id,
        runs.status,
        runs.started_at,
        runs.deadline_at,
        runs.deadline_at < clock_timestamp() - {{ dbt_batch_ops._test_minutes(minutes, "batch_ops_overdue_minutes") }} as is_overdue,
        {% if limit is none -%}
        false
        {%- else -%}
        runs.started_at < clock_timestamp() - interval '{{ limit | float }} hours'
        {%- endif %} as is_too_long
    from {{ reads.run_overview }} as runs
    where
        not runs.is_closed
        and runs.status in ('running', 'interrupted', 'blocked')
        {%- if operation is not none %}
        and runs.operation = {{ dbt_batch_ops._literal(operation) }}
        {%- endif %}
),

findings as (
    select
        unfinished.operation,
        unfinished.operation_id,
        null::integer as step_number,
        null::bigint as batch_number,
        case
            when unfinished.is_overdue
                then array[
                    'its time is over, and it is ' || unfinished.status,
                    'still unfinished at ' || to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS TZH'),
                    'an end at ' || to_char(unfinished.deadline_at, 'YYYY-MM-DD HH24:MI:SS TZH')
                ]
            when unfinished.is_too_long
                then array[
                    'it takes too long, and is ' || unfinished.status,
                    'begun at ' || to_char(unfinished.started_at, 'YYYY-MM-DD HH24:MI:SS TZH'),
                    '{{ limit }} hours at most'
                ]
        end as finding
    from unfinished
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
