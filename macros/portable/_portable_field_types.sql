{#-
  The types of the fields of a step's rows, in order, as they are staged.

  A decimal keeps at least ten decimals: a value that its column would round is rounded there, as on PostgreSQL.
-#}
{% macro _portable_field_types(step, columns) %}
    {%- set types = [] -%}
    {%- for field in step.fields.values() -%}
        {%- set column = columns.get(field.column | lower) if field.column else none -%}
        {%- set type = column.type if column else field.type -%}
        {%- set decimal = modules.re.fullmatch("(?i)(?:numeric|decimal)(?:\\(\\s*\\d+\\s*(?:,\\s*(\\d+)\\s*)?\\))?", type) -%}
        {%- do types.append("decimal(38, " ~ [(decimal.group(1) or 0) | int, 10] | max ~ ")" if decimal else type) -%}
    {%- endfor -%}
    {{ return(types) }}
{% endmacro %}
