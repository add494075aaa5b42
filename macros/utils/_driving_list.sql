{#- The list parameter that drives a step, for its account: {name, column}; none when there is none. -#}
{% macro _driving_list(plan, step) %}
    {%- for name, column in step.lists.items() if name in plan.sources -%}
        {{ return({"name": name, "column": column}) }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}
