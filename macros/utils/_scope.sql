{#-
  The keys behind a position, up to the frozen end of the run, in key order: what a boundary query scans.

  Row comparisons serve here, unlike in a batch's range: they place the start of the index scan exactly, and its
  LIMIT ends it.
-#}
{% macro _scope(key, types, position) %}
    {%- set lo = [] -%}
    {%- set hi = [] -%}
    {%- for name in key -%}
        {%- do lo.append("($1 ->> " ~ loop.index0 ~ ")::" ~ types[loop.index0]) -%}
        {%- do hi.append("($2 ->> " ~ loop.index0 ~ ")::" ~ types[loop.index0]) -%}
    {%- endfor -%}
    {%- set columns = dbt_batch_ops._columns(key) -%}
    {%- set terms = [] -%}
    {%- if position == "next" -%}
        {%- do terms.append("(" ~ columns ~ ") > (" ~ lo | join(", ") ~ ")") -%}
    {%- endif -%}
    {%- do terms.append("(" ~ columns ~ ") <= (" ~ hi | join(", ") ~ ")") -%}
    {{ return("where\n    " ~ terms | join("\n    and ") ~ "\norder by " ~ columns) }}
{% endmacro %}
