{#-
  Limits the next slice by statement_timeout: for a batch that takes too long, or hangs.

  The clock starts with the CALL, so it is set anew for each slice: the slice and the limit of a batch, or what is left of
  the run's own timeout and a second more, because the engine itself ends an orderly slice at the deadline.
-#}
{% macro _limit_slice(summary, remaining) %}
    {%- set limits = [] -%}
    {%- if remaining is not none -%}
        {%- do limits.append([remaining | float, 0] | max + 1) -%}
    {%- endif -%}
    {%- if summary.batch_timeout_seconds is not none -%}
        {%- do limits.append(
            summary.batch_timeout_seconds | float + dbt_batch_ops._setting("batch_ops_slice_seconds") | float
        ) -%}
    {%- endif -%}
    {%- if limits -%}
        {%- do run_query("set statement_timeout = " ~ (limits | min * 1000) | int) -%}
    {%- endif -%}
{% endmacro %}
