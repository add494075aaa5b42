{#- What follows a run's first step, a line for each step. -#}
{% macro _later_steps(run) %}
    {%- set lines = [] -%}
    {%- for step in run.steps[1:] -%}
        {%- do lines.append("then step " ~ step.number ~ ", " ~ step.name ~ " (" ~ step.operation_type ~ ")") -%}
    {%- endfor -%}
    {{ return(lines) }}
{% endmacro %}
