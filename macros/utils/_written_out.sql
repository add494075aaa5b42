{#-
  A comparison of a key of several columns, without a row comparison: `a >= x and (a > x or (a = x and b > y))`.

  The first term is what an index scan begins or ends with, at a leading value; the rest is exact.

  Args:
    key (list[str]): key columns.
    operator (str): `>` or `<=`.
    values (list[str]): SQL of the values.
-#}
{% macro _written_out(key, operator, values) %}
    {%- set ns = namespace(text="") -%}
    {%- for name in key | reverse -%}
        {%- set column = dbt_batch_ops._quote(name) -%}
        {%- set value = values[loop.revindex0] -%}
        {%- if loop.first -%}
            {%- set ns.text = column ~ " " ~ operator ~ " " ~ value -%}
        {%- else -%}
            {%- set ns.text = "(" ~ column ~ " " ~ operator[:1] ~ " " ~ value ~ " or (" ~ column ~ " = " ~ value ~ " and "
                ~ ns.text ~ "))" -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(dbt_batch_ops._quote(key[0]) ~ " " ~ operator[:1] ~ "= " ~ values[0] ~ "\n    and " ~ ns.text) }}
{% endmacro %}
