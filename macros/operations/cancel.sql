{#- Ends a run for good. Documented in _macros.yml. -#}
{% macro cancel(operation_id) %}
    {{ return(adapter.dispatch("cancel", "dbt_batch_ops")(operation_id)) }}
{% endmacro %}

{% macro default__cancel(operation_id) %}
    {%- do dbt_batch_ops._portable_cancel(operation_id) -%}
{% endmacro %}

{% macro postgres__cancel(operation_id) %}
    {%- set run = dbt_batch_ops._control("cancel", operation_id) -%}
    {%- do dbt_batch_ops._say(
        "Run " ~ operation_id ~ " of " ~ run.operation ~ ": "
        ~ ("stops within its slice; " if run.status == "running" else run.status ~ "; ")
        ~ "{:,}".format(run.processed_records) ~ " rows were changed and stay so."
    ) -%}
{% endmacro %}
