{#- Stops a run within its slice, to go on later. Documented in _macros.yml. -#}
{% macro pause(operation_id) %}
    {{ return(adapter.dispatch("pause", "dbt_batch_ops")(operation_id)) }}
{% endmacro %}

{% macro default__pause(operation_id) %}
    {%- do dbt_batch_ops._portable_pause(operation_id) -%}
{% endmacro %}

{% macro postgres__pause(operation_id) %}
    {%- set run = dbt_batch_ops._control("pause", operation_id) -%}
    {%- set what = {
        "running": "stops within its slice",
        "paused": "is paused",
    }.get(run.status) -%}
    {%- if what is none -%}
        {%- do dbt_batch_ops._fail("Run " ~ operation_id ~ " of " ~ run.operation ~ " is " ~ run.status ~ " and cannot be paused.") -%}
    {%- endif -%}
    {%- do dbt_batch_ops._say(
        "Run " ~ operation_id ~ " of " ~ run.operation ~ " " ~ what ~ "; " ~ "{:,}".format(run.processed_records)
        ~ " rows are changed so far.\nTo go on with it: dbt run-operation dbt_batch_ops.resume --args '{operation_id: "
        ~ operation_id ~ "}'"
    ) -%}
{% endmacro %}
