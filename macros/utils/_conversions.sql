{#- How each column that a step writes is converted to its live type, length included: {column: SQL}. -#}
{% macro _conversions(plan, step) %}
    {%- set conversions = {} -%}
    {%- for name in step.set_columns if name in plan.live.columns -%}
        {%- do conversions.update({
            name: dbt_batch_ops._quote(name) ~ "::" ~ plan.live.columns[name].full_type | replace(",", ", ")
        }) -%}
    {%- endfor -%}
    {{ return(conversions) }}
{% endmacro %}
