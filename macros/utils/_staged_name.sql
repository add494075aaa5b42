{#- The name of a table that a run stages; `batch_ops.drop_staged` finds all of a run by how they begin. -#}
{% macro _staged_name(live, part) %}
    {{ return("staged_" ~ live.operation_id | replace("-", "") ~ "_" ~ part) }}
{% endmacro %}
