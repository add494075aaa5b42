{#- Creates the ledger's views, or brings them up to date. -#}
{% macro _portable_create_views() %}
    {%- do run_query(dbt_batch_ops._portable_batches_view() | trim) -%}
    {%- do run_query(dbt_batch_ops._portable_runs_view() | trim) -%}
{% endmacro %}
