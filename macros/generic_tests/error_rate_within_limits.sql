{#-
  Of the rows of a recent run no larger share has failed than may: above `warn_above` it is a finding of level `warn`, above
  `error_above` of level `error`. Documented in _macros.yml.
-#}
{% test error_rate_within_limits(model, operation=none, hours=none, warn_above=none, error_above=none, min_records=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["run_overview"]) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
{%- set warn = warn_above if warn_above is not none else dbt_batch_ops._setting("batch_ops_error_rate_warn") -%}
{%- set error = error_above if error_above is not none else dbt_batch_ops._setting("batch_ops_error_rate_error") -%}
{%- set least = min_records if min_records is not none else dbt_batch_ops._setting("batch_ops_error_rate_min_records") -%}
with rates as (
    select
        runs.operation,
        runs.operation_id,
        -- A batch that failed as a whole counts as one.
        runs.error_count as failed,
        runs.processed_records + runs.error_count as tried,
        runs.error_count::numeric / nullif(runs.processed_records + runs.error_count, 0) as rate
    from {{ reads.run_overview }} as runs
    where {{ dbt_batch_ops._lately(operation, hours) }}
),

findings as (
    select
        rates.operation,
        rates.operation_id,
        null::integer as step_number,
        null::bigint as batch_number,
        array[
            'too large a share of its rows failed',
            rates.failed || ' of ' || rates.tried || ' (' || round(100 * rates.rate, 2) || ' %)',
            case
                when rates.rate > {{ error }} then {{ dbt_batch_ops._literal((100 * error) | round(3) ~ " % at most") }}
                else {{ dbt_batch_ops._literal((100 * warn) | round(3) ~ " % at most") }}
            end,
            case when rates.rate > {{ error }} then 'error' else 'warn' end
        ] as finding
    from rates
    where rates.tried >= {{ least }} and rates.rate > least({{ warn }}, {{ error }})
)

{{ dbt_batch_ops._findings(with_level=true) }}
{%- endif -%}
{% endtest %}
