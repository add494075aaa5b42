{#-
  The key's columns as a list in SQL: on one line after ORDER BY, or as the targets of a SELECT, which stand on lines
  of their own when there are several.

  Args:
    indent (optional[int]): the depth of the SELECT; none for one line.
-#}
{% macro _columns(key, indent=none) %}
    {%- set columns = [] -%}
    {%- for name in key -%}
        {%- do columns.append(dbt_batch_ops._quote(name)) -%}
    {%- endfor -%}
    {%- if indent is none or columns | length == 1 -%}
        {{ return(columns | join(", ")) }}
    {%- endif -%}
    {%- set margin = "\n" ~ " " * (indent + 4) -%}
    {{ return(margin ~ columns | join("," ~ margin)) }}
{% endmacro %}
