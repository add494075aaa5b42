{#- The query that has the columns of a step's output, for an empty table of them; none when no later step uses it. -#}
{% macro _output_definition(plan, step, own) %}
    {%- if not step.has_output -%}
        {{ return(none) }}
    {%- elif step.operation_type == "custom_function" -%}
        {{ return(dbt_batch_ops._batch_query(plan, step, own)) }}
    {%- endif -%}
    {{ return(
        dbt_batch_ops._select(step.select_columns if step.operation_type == "select" else plan.live.key)
        ~ "\nfrom " ~ plan.description.target
    ) }}
{% endmacro %}
