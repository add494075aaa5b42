{#- Whether a step goes through rows that the run was given. -#}
{% macro _portable_has_rows(step) %}
    {{ return(step.source.kind in ["records", "csv"]) }}
{% endmacro %}
