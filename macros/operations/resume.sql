{#- Goes on with a paused or otherwise unfinished run, whatever its operation. Documented in _macros.yml. -#}
{% macro resume(operation_id) %}
    {{ return(adapter.dispatch("resume", "dbt_batch_ops")(operation_id)) }}
{% endmacro %}

{% macro default__resume(operation_id) %}
    {%- set run = dbt_batch_ops._portable_known(operation_id) -%}
    {{ return(dbt_batch_ops.run(dbt_batch_ops._definition(run.operation), operation_id=operation_id)) }}
{% endmacro %}

{% macro postgres__resume(operation_id) %}
    {%- set run = dbt_batch_ops._control("resume", operation_id) -%}
    {%- if run.is_live -%}
        {%- do dbt_batch_ops._say("Run " ~ operation_id ~ " of " ~ run.operation ~ " goes on in the session that works on it.") -%}
        {{ return(operation_id) }}
    {%- endif -%}
    {{ return(dbt_batch_ops.run(dbt_batch_ops._definition(run.operation), operation_id=operation_id)) }}
{% endmacro %}
