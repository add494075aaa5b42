{#- Creates the ledger's schema and tables where they are missing. Its views are the same text everywhere. -#}
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
