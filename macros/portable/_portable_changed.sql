{#- How many rows a run has changed: those that a select has found do not count against `max_records`. -#}
{% macro _portable_changed(run) %}
    {{ return(run.steps | rejectattr("operation_type", "equalto", "select") | map(attribute="records") | sum) }}
{% endmacro %}
