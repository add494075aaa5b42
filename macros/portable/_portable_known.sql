{#- A run of the ledger; fails when there is none of that id, or no ledger yet. -#}
{% macro _portable_known(operation_id) %}
    {%- do dbt_batch_ops._portable_check_target_type() -%}
    {%- do dbt_batch_ops._run_id(operation_id) -%}
    {%- set run = dbt_batch_ops._portable_load(operation_id | lower) if dbt_batch_ops._portable_is_installed() else none -%}
    {{ return(dbt_batch_ops._known_run(operation_id, run)) }}
{% endmacro %}
