{#- The type that a parameter has: that of the column which it meets, else the one that its spec says. -#}
{% macro _portable_type_of(parameter, columns) %}
    {%- set is_list = parameter.type.endswith("[]") -%}
    {%- set column = columns.get(parameter.column | lower) if parameter.column else none -%}
    {%- set type = column.type if column else modules.re.sub("\\[\\]$", "", parameter.type) -%}
    {#- Without its size: a value that the column would round is rounded there, as on PostgreSQL, and not before. -#}
    {{ return(modules.re.sub("(?i)^(numeric|decimal)\\b.*", "decimal", type) ~ ("[]" if is_list else "")) }}
{% endmacro %}
