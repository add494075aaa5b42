{#-
  The keys behind a position, up to the frozen end of the run, in key order: what a boundary query scans.

  Row comparisons serve here, unlike in a batch's range: they place the start of the index scan exactly, and its
  LIMIT ends it. To another server they are not sent, and all its keys would come here: there they are written out.

  Args:
    key (list[str]): key columns.
    types (list[str]): their types.
    position (str): `start` or `next`.
    is_sent (bool): whether the table is on another server.
-#}
{% macro _scope(key, types, position, is_sent=false) %}
    {%- set lo = [] -%}
    {%- set hi = [] -%}
    {%- for type in types -%}
        {%- do lo.append("($1 ->> " ~ loop.index0 ~ ")::" ~ type) -%}
        {%- do hi.append("($2 ->> " ~ loop.index0 ~ ")::" ~ type) -%}
    {%- endfor -%}
    {%- set columns = dbt_batch_ops._columns(key) -%}
    {%- set terms = [] -%}
    {%- if is_sent and key | length > 1 -%}
        {%- do terms.append(dbt_batch_ops._written_out(key, ">", lo)) if position == "next" -%}
        {%- do terms.append(dbt_batch_ops._written_out(key, "<=", hi)) -%}
    {%- else -%}
        {%- do terms.append("(" ~ columns ~ ") > (" ~ lo | join(", ") ~ ")") if position == "next" -%}
        {%- do terms.append("(" ~ columns ~ ") <= (" ~ hi | join(", ") ~ ")") -%}
    {%- endif -%}
    {{ return("where\n    " ~ terms | join("\n    and ") ~ "\norder by " ~ columns) }}
{% endmacro %}
