{#- What a slice needs of the state of the one before; errors and the like would only be sent forth and back. -#}
{% macro _carried(state) %}
    {%- if state is none -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return({"step": {"number": state.step.number}, "track": state.track, "waiting_since": state.waiting_since | default(none)}) }}
{% endmacro %}
