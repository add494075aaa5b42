{#-
  The text of one batch's range, `(lo, hi]` in key order, with its ends as literals.

  Leading columns that are equal at both ends are compared by equality; the first that differs also gets plain bounds of
  its own, which add nothing but let the engine leave out row groups and files. The rest is exact whatever the types are.

  Args:
    lo (optional[list[str]]): the key that the range begins behind; none for the beginning.
    hi (list[str]): the key that it ends with.
-#}
{% macro _portable_range(key, types, lo, hi) %}
    {%- set last = key | length - 1 -%}
    {%- set ns = namespace(first=0, common=lo is not none) -%}
    {%- set terms = [] -%}
    {%- for position in range(last) if ns.common -%}
        {%- set ns.common = lo[position] == hi[position] -%}
        {%- if ns.common -%}
            {%- do terms.append(dbt_batch_ops._portable_key_term(key, types, position, "=", hi)) -%}
            {%- set ns.first = position + 1 -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if ns.first < last -%}
        {%- if lo is not none -%}
            {%- do terms.append(dbt_batch_ops._portable_key_term(key, types, ns.first, ">=", lo)) -%}
        {%- endif -%}
        {%- do terms.append(dbt_batch_ops._portable_key_term(key, types, ns.first, "<=", hi)) -%}
    {%- endif -%}
    {%- if lo is not none -%}
        {%- do terms.append(dbt_batch_ops._portable_beyond(key, types, ns.first, ">", lo)) -%}
    {%- endif -%}
    {%- do terms.append(dbt_batch_ops._portable_beyond(key, types, ns.first, "<=", hi)) -%}
    {{ return(terms | join("\n    and ")) }}
{% endmacro %}
