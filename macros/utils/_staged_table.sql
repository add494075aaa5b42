{#- The table of the rows that a step works on: of a parameter or of an earlier step; none for a step without rows. -#}
{% macro _staged_table(plan, step) %}
    {%- if step.source.kind in ["records", "csv", "list"] -%}
        {{ return(plan.sources[step.source.parameter].table if step.source.parameter in plan.sources else none) }}
    {%- elif step.source.kind == "output" -%}
        {{ return(plan.outputs[step.source.step]) }}
    {%- endif -%}
    {{ return(none) }}
{% endmacro %}
