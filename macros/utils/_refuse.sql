{#- Ends the command because a run may not start: over its limit, or another run of the operation is unfinished. -#}
{% macro _refuse(description, refusal) %}
    {%- if refusal.over_limit -%}
        {%- do dbt_batch_ops._fail(
            description.operation ~ " was not started; nothing was changed: more than max_records = "
            ~ "{:,}".format(refusal.over_limit) ~ " rows match.\n"
            ~ "Narrow where_condition, raise max_records, or say `on_limit: stop` in the spec to change the first "
            ~ "{:,}".format(refusal.over_limit) ~ " in key order."
        ) -%}
    {%- endif -%}
    {%- set run = dbt_batch_ops._fetch(
        "select batch_ops.run_summary(" ~ dbt_batch_ops._literal(refusal.existing) ~ "::uuid)"
    ) -%}
    {%- do dbt_batch_ops._fail(
        description.operation ~ " was not started; nothing was changed: run " ~ refusal.existing
        ~ " of it is unfinished (" ~ run.status ~ ", " ~ "{:,}".format(run.processed_records)
        ~ " rows changed so far).\n" ~ dbt_batch_ops._next_commands(run)
    ) -%}
{% endmacro %}
