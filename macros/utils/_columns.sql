{#- The key's columns as a list in SQL. -#}
{% macro _columns(key) %}
    {%- set columns = [] -%}
    {%- for name in key -%}
        {%- do columns.append(dbt_batch_ops._quote(name)) -%}
    {%- endfor -%}
    {{ return(columns | join(", ")) }}
{% endmacro %}
