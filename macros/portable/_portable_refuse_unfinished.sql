{#- Ends the command because an unfinished run stands in its way. -#}
{% macro _portable_refuse_unfinished(description, operation_id) %}
    {%- set run = dbt_batch_ops._portable_load(operation_id) -%}
    {%- do dbt_batch_ops._fail(
        description.operation ~ " was not started; nothing was changed: run " ~ operation_id
        ~ " of it is unfinished (" ~ run.status ~ ", " ~ "{:,}".format(run.processed_records)
        ~ " rows changed so far).\n" ~ dbt_batch_ops._next_commands(run)
    ) -%}
{% endmacro %}
