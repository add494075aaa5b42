{#- The tables for the rows that steps hand to later ones: {step: table}. -#}
{% macro _outputs(description, live) %}
    {%- set outputs = {} -%}
    {%- for step in description.steps if step.has_output -%}
        {%- do outputs.update({step.name: dbt_batch_ops._staged_name(live, loop.index ~ "_output")}) -%}
    {%- endfor -%}
    {{ return(outputs) }}
{% endmacro %}
