{#-
  The names of the columns of a table or view, in order; none of them when it is not there.

  By a query on DuckDB: what dbt's own look at the catalog begins there is a transaction that it leaves open.
-#}
{% macro _column_names(relation) %}
    {{ return(adapter.dispatch("_column_names", "dbt_batch_ops")(relation)) }}
{% endmacro %}

{% macro default___column_names(relation) %}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute="name") | list) }}
{% endmacro %}

{% macro duckdb___column_names(relation) %}
    {%- set text = dbt_batch_ops._portable_literal -%}
    {{ return(dbt_batch_ops._portable_rows(
        "select column_name as name from duckdb_columns() where lower(database_name) = lower("
        ~ text(relation.database or target.database, "string") ~ ") and lower(schema_name) = lower("
        ~ text(relation.schema, "string") ~ ") and lower(table_name) = lower(" ~ text(relation.identifier, "string")
        ~ ") order by column_index"
    ) | map(attribute="name") | list) }}
{% endmacro %}

{% macro spark___column_names(relation) %}
    {%- if not dbt_batch_ops._portable_is_sail() -%}
        {{ return(dbt_batch_ops.default___column_names(relation)) }}
    {%- endif -%}
    {{ return(
        dbt_batch_ops._portable_columns(relation) | map(attribute="name") | list
        if dbt_batch_ops._portable_attach_table(relation) else []
    ) }}
{% endmacro %}
