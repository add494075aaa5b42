{#- The one value of a query of one row, or none. -#}
{% macro _portable_value(sql) %}
    {%- set table = run_query(sql) -%}
    {{ return(table.rows[0][0] if table.rows | length > 0 else none) }}
{% endmacro %}
