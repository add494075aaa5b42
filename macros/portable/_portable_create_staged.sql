{#- Creates the table for the rows that a step was given, with no rows. -#}
{% macro _portable_create_staged(relation, types) %}
    {%- set columns = {"batch_ordinal": "bigint"} -%}
    {%- for type in types -%}
        {%- do columns.update({"field_" ~ loop.index: type}) -%}
    {%- endfor -%}
    {%- do dbt_batch_ops._portable_create_table(relation, columns) -%}
{% endmacro %}
