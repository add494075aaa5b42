{#-
  Rows of cells as an aligned text table; the first row is its head.

  Args:
    right (list[int]): positions of the columns with numbers, aligned to the right.
-#}
{% macro _table(rows, right=[]) %}
    {%- set widths = [] -%}
    {%- for position in range(rows[0] | length) -%}
        {%- do widths.append(rows | map(attribute=position) | map("length") | max) -%}
    {%- endfor -%}
    {%- set lines = [] -%}
    {%- for row in rows -%}
        {%- set cells = [] -%}
        {%- for cell in row -%}
            {%- set side = ">" if loop.index0 in right else "<" -%}
            {%- do cells.append(("{:" ~ side ~ widths[loop.index0] ~ "}").format(cell)) -%}
        {%- endfor -%}
        {%- do lines.append((cells | join("  ")).rstrip()) -%}
    {%- endfor -%}
    {{ return(lines | join("\n")) }}
{% endmacro %}
