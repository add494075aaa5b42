{#- The batch run of a session; one that it has left says so, since what it does now is something else. -#}
{% macro _session_run(operation, operation_id, is_working) %}
    {{ return(operation ~ ", " ~ operation_id ~ ("" if is_working else " (no longer worked on)")) }}
{% endmacro %}
