{#-
  The text of one batch's range, `(lo, hi]` in key order, with $1 and $2 bound to its ends as JSON arrays.

  Args:
    key (list[str]): key columns.
    types (list[str]): their types.
    shape (str): `start` (no lower end) or the position of the first column in which the ends differ.

  A range of several columns is never a row comparison: `(a, b) <= (x, y)` does not end an index scan inside one
  leading value. Columns before the shape's are equal at both ends; the rest is an OR of disjoint exact ranges
  (docs/decisions/0002-range-shapes.md).
-#}
{% macro _range(key, types, shape) %}
    {%- set last = key | length - 1 -%}
    {%- set first = 0 if shape == "start" else shape | int -%}
    {%- set common = [] -%}
    {%- for position in range(first) -%}
        {%- do common.append(dbt_batch_ops._key_term(key, types, position, "=", 2)) -%}
    {%- endfor -%}
    {%- set pieces = [] -%}
    {%- if shape != "start" and first == last -%}
        {%- do common.append(dbt_batch_ops._key_term(key, types, last, ">", 1)) -%}
        {%- do common.append(dbt_batch_ops._key_term(key, types, last, "<=", 2)) -%}
    {%- elif first == last -%}
        {%- do common.append(dbt_batch_ops._key_term(key, types, last, "<=", 2)) -%}
    {%- else -%}
        {%- if shape != "start" -%}
            {%- for position in range(last, first, -1) -%}
                {%- do pieces.append(dbt_batch_ops._range_piece(key, types, first, position, ">", 1)) -%}
            {%- endfor -%}
            {%- do pieces.append(
                dbt_batch_ops._key_term(key, types, first, ">", 1)
                ~ " and " ~ dbt_batch_ops._key_term(key, types, first, "<", 2)
            ) -%}
        {%- else -%}
            {%- do pieces.append(dbt_batch_ops._key_term(key, types, first, "<", 2)) -%}
        {%- endif -%}
        {%- for position in range(first + 1, last + 1) -%}
            {%- do pieces.append(
                dbt_batch_ops._range_piece(key, types, first, position, "<=" if position == last else "<", 2)
            ) -%}
        {%- endfor -%}
        {%- do common.append("(\n        (" ~ pieces | join(")\n        or (") ~ ")\n    )") -%}
    {%- endif -%}
    {{ return(common | join("\n    and ")) }}
{% endmacro %}
