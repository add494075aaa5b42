{#-
  Creates the ledger's schema and tables where they are missing. Its views are the same text everywhere.

  On Sail it attaches those that are there, too. On Delta they are append-only, so that not even a mistake can rewrite what was
  recorded. On a server with a catalog of its own they are where its schemas are, unless `batch_ops_location` names a folder.
-#}
{% macro _portable_create_ledger() %}
    {{ return(adapter.dispatch("_portable_create_ledger", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default___portable_create_ledger() %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro duckdb___portable_create_ledger() %}
    {%- set ledger = dbt_batch_ops._portable_ledger("runs") -%}
    {%- do run_query("create schema if not exists " ~ ledger.without_identifier()) -%}
    {%- for table, columns in dbt_batch_ops._portable_ledger_columns().items() -%}
        {%- do run_query(
            "create table if not exists " ~ dbt_batch_ops._portable_ledger(table) ~ " ("
            ~ dbt_batch_ops._portable_column_list(columns) ~ ")"
        ) -%}
    {%- endfor -%}
{% endmacro %}

{% macro spark___portable_create_ledger() %}
    {%- set is_sail = dbt_batch_ops._portable_is_sail() -%}
    {%- do run_query("create schema if not exists batch_ops") -%}
    {%- for table, columns in dbt_batch_ops._portable_ledger_columns().items() -%}
        {%- set ledger = dbt_batch_ops._portable_ledger(table) -%}
        {%- set place = " location '" ~ dbt_batch_ops._portable_location(ledger) ~ "'"
            if is_sail or var("batch_ops_location", none) is not none else "" -%}
        {%- set is_there = is_sail and dbt_batch_ops._portable_commits(ledger, 0) > 0 -%}
        {#- With columns Sail would hold the session's time zone against that of the session which made the table. -#}
        {%- do run_query(
            "create table if not exists " ~ ledger
            ~ ("" if is_there else " (" ~ dbt_batch_ops._portable_column_list(columns) ~ ")") ~ " using delta" ~ place
            ~ ("" if is_there else " tblproperties ('delta.appendOnly' = 'true')")
        ) -%}
    {%- endfor -%}
{% endmacro %}
