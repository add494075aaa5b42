{#-
  Creates the ledger's schema and tables where they are missing. Its views are the same text everywhere.

  On Sail it attaches those that are there, too. On Delta they are append-only, so that not even a mistake can rewrite what was
  recorded.
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
        {%- do dbt_batch_ops._portable_create_table(dbt_batch_ops._portable_ledger(table), columns) -%}
    {%- endfor -%}
{% endmacro %}

{% macro spark___portable_create_ledger() %}
    {%- do run_query("create schema if not exists batch_ops") -%}
    {%- for table, columns in dbt_batch_ops._portable_ledger_columns().items() -%}
        {%- set ledger = dbt_batch_ops._portable_ledger(table) -%}
        {%- if not dbt_batch_ops._portable_attach_table(ledger) -%}
            {%- do dbt_batch_ops._portable_create_table(ledger, columns, "'delta.appendOnly' = 'true'") -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
