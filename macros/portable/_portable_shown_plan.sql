{#- A plan whose statements may be seen: `:name` instead of the value of a parameter that meets a redacted column. -#}
{% macro _portable_shown_plan(plan) %}
    {%- set shown = {} -%}
    {%- for name, parameter in plan.parameters.items() -%}
        {%- set hidden = {"type": parameter.type, "sql": ":" ~ name, "value": parameter.value, "is_hidden": true} -%}
        {%- do shown.update({name: hidden if plan.description.parameters[name].redact else parameter}) -%}
    {%- endfor -%}
    {{ return(dict(plan, parameters=shown)) }}
{% endmacro %}
