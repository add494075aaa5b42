{#- A row's key as the JSON array that a range end is stored as. -#}
{% macro _key_array(key) %}
    {%- set columns = [] -%}
    {%- for name in key -%}
        {%- do columns.append(dbt_batch_ops._quote(name)) -%}
    {%- endfor -%}
    {{ return("pg_catalog.jsonb_build_array(" ~ columns | join(", ") ~ ")") }}
{% endmacro %}
