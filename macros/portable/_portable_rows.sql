{#- The rows of a query, each as a dictionary with its columns' names in lower case. -#}
{% macro _portable_rows(sql) %}
    {%- set table = run_query(sql) -%}
    {%- set rows = [] -%}
    {%- for row in table.rows -%}
        {%- set named = {} -%}
        {%- for name in table.column_names -%}
            {%- do named.update({name | lower: row[loop.index0]}) -%}
        {%- endfor -%}
        {%- do rows.append(named) -%}
    {%- endfor -%}
    {{ return(rows) }}
{% endmacro %}
