{#- The tables for the rows that steps hand to later ones: {step: table}. -#}
{% macro _outputs(description, live) %}
    {%- set outputs = {} -%}
    {%- for step in description.steps if step.has_output -%}
        {%- do outputs.update({
            step.name: "staged_" ~ live.operation_id | replace("-", "") ~ "_" ~ loop.index ~ "_output"
        }) -%}
    {%- endfor -%}
    {{ return(outputs) }}
{% endmacro %}
