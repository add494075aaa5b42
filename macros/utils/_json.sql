{#- A value as a jsonb literal. -#}
{% macro _json(value) %}
    {{ return(dbt_batch_ops._literal(tojson(value)) ~ "::jsonb") }}
{% endmacro %}
