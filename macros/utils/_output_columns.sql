{#- The columns of a step's output, as a list in SQL; empty for a function, whose columns come as it returns them. -#}
{% macro _output_columns(plan, step) %}
    {%- if step.operation_type == "select" -%}
        {{ return(dbt_batch_ops._columns(step.select_columns)) }}
    {%- elif step.operation_type in ["insert", "upsert"] -%}
        {{ return(dbt_batch_ops._columns(plan.live.key)) }}
    {%- endif -%}
    {{ return("") }}
{% endmacro %}
