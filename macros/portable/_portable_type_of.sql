{#- The type that a parameter has: that of the column which it meets, else the one that its spec says. -#}
{% macro _portable_type_of(parameter, columns) %}
    {%- set element = dbt_batch_ops._portable_element(parameter.type) -%}
    {%- set column = columns.get(parameter.column | lower) if parameter.column else none -%}
    {%- set type = column.type if column else element or parameter.type -%}
    {#- Without its size: a value that the column would round is rounded there, as on PostgreSQL, and not before. -#}
    {%- set any_size = modules.re.sub("(?i)^(numeric|decimal)\\b.*", "decimal", type) -%}
    {{ return(any_size if element is none else any_size ~ "[]") }}
{% endmacro %}
