{#- A row's key as the JSON array that a range end is stored as. -#}
{% macro _key_array(key) %}
    {{ return("pg_catalog.jsonb_build_array(" ~ dbt_batch_ops._columns(key) ~ ")") }}
{% endmacro %}
