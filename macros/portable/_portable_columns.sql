{#-
  The columns of a table, [{name, type, ...}, ...], in order; empty when there is no such table, none when it is a view. not_null and
  has_default are there where the engine's catalog tells.

  By `run_query` on DuckDB: what dbt's own look at the catalog begins there is a transaction that it leaves open.
-#}
{% macro _portable_columns(relation) %}
    {{ return(adapter.dispatch("_portable_columns", "dbt_batch_ops")(relation)) }}
{% endmacro %}

{% macro default___portable_columns(relation) %}
    {%- set live = adapter.get_relation(relation.database, relation.schema, relation.identifier) -%}
    {%- if live is not none and live.type == "view" -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for column in (adapter.get_columns_in_relation(live) if live is not none else []) -%}
        {%- do columns.append({"name": column.name, "type": column.dtype}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{% macro spark___portable_columns(relation) %}
    {%- if not dbt_batch_ops._portable_is_sail() -%}
        {{ return(dbt_batch_ops.default___portable_columns(relation)) }}
    {%- endif -%}
    {#- It was attached from a Delta log, so it is a table and it is there; its columns are known to a view over it only. -#}
    {%- do run_query("create or replace temporary view batch_ops_columns as select * from " ~ relation) -%}
    {%- set columns = [] -%}
    {%- for row in dbt_batch_ops._portable_rows("describe table batch_ops_columns") -%}
        {%- do columns.append({"name": row.col_name, "type": row.data_type}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{% macro duckdb___portable_columns(relation) %}
    {%- set text = dbt_batch_ops._portable_literal -%}
    {%- set named = " where lower(database_name) = lower(" ~ text(relation.database or target.database, "string")
        ~ ") and lower(schema_name) = lower(" ~ text(relation.schema, "string") ~ ")" -%}
    {%- set name = "lower(" ~ text(relation.identifier, "string") ~ ")" -%}
    {%- if dbt_batch_ops._portable_rows("select 1 from duckdb_views()" ~ named ~ " and lower(view_name) = " ~ name) -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(dbt_batch_ops._portable_rows(
        "select column_name as name, data_type as type, not is_nullable as not_null, column_default is not null as has_default"
        ~ " from duckdb_columns()" ~ named ~ " and lower(table_name) = " ~ name
        ~ " order by column_index"
    )) }}
{% endmacro %}
