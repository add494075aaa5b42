{#- Tries the failed rows and batches of a run again, and nothing else. Documented in _macros.yml. -#}
{% macro retry_failed(operation_id) %}
    {{ return(adapter.dispatch("retry_failed", "dbt_batch_ops")(operation_id)) }}
{% endmacro %}

{% macro default__retry_failed(operation_id) %}
    {%- do dbt_batch_ops._refuse_adapter("retry_failed") -%}
{% endmacro %}

{% macro postgres__retry_failed(operation_id) %}
    {%- do dbt_batch_ops._ensure_installed() -%}
    {%- set run = dbt_batch_ops._known_run(
        operation_id, dbt_batch_ops._ask_in_transaction("retry_failed(" ~ dbt_batch_ops._run_id(operation_id) ~ ")")
    ) -%}
    {%- if run.status == "refused" -%}
        {%- do dbt_batch_ops._fail("Nothing of run " ~ operation_id ~ " is tried again: " ~ run.reason ~ ".") -%}
    {%- endif -%}
    {%- do dbt_batch_ops._say(
        run.operation ~ ", run " ~ operation_id ~ ": " ~ "{:,}".format(run.error_count) ~ " failed rows or batches are tried again"
    ) -%}
    {%- set summary = dbt_batch_ops._work_off(run) -%}
    {%- do dbt_batch_ops._report(summary) -%}
    {{ return(operation_id) }}
{% endmacro %}
