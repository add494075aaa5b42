{#- `select` and the key's columns, as the linter wants them: a space, or a line for each of several. -#}
{% macro _select(key, indent=0) %}
    {%- set columns = dbt_batch_ops._columns(key, indent) -%}
    {{ return("select" ~ ("" if columns.startswith("\n") else " ") ~ columns) }}
{% endmacro %}
