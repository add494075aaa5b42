{#- Ends a run for good. Where others can be at work, they see it before their next batch. -#}
{% macro _portable_cancel(operation_id) %}
    {%- set run = dbt_batch_ops._portable_known(operation_id) -%}
    {%- do dbt_batch_ops._portable_begin() -%}
    {%- if not run.is_closed -%}
        {%- do dbt_batch_ops._portable_add_event(run, "cancelled") -%}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_drop_staged(run) -%}
    {%- do dbt_batch_ops._portable_commit() -%}
    {%- do dbt_batch_ops._say(
        "Run " ~ operation_id ~ " of " ~ run.operation ~ ": " ~ run.status ~ "; "
        ~ "{:,}".format(run.processed_records) ~ " rows were changed and stay so."
    ) -%}
{% endmacro %}
