{#- What to type about an unfinished run. -#}
{% macro _next_commands(run) %}
    {%- set arguments = " --args '{operation_id: " ~ run.operation_id ~ "}'" -%}
    {{ return(
        (
            "To try what failed again: dbt run-operation dbt_batch_ops.retry_failed" ~ arguments ~ "\n"
            if run.status == "failed" and run.stop_reason else ""
        )
        ~ ("To join it: " if run.status == "running" else "To go on with it:  ")
        ~ "dbt run-operation " ~ run.operation ~ arguments
        ~ "\nTo give it up:     dbt run-operation dbt_batch_ops.cancel" ~ arguments
    ) }}
{% endmacro %}
