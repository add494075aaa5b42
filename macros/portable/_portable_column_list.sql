{#- Columns with their types, as CREATE TABLE takes them. -#}
{% macro _portable_column_list(columns) %}
    {%- set parts = [] -%}
    {%- for name, type in columns.items() -%}
        {%- do parts.append(name ~ " " ~ dbt_batch_ops._portable_type(type)) -%}
    {%- endfor -%}
    {{ return(parts | join(", ")) }}
{% endmacro %}
