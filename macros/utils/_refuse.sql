{#-
  Ends the command because a run may not start: over its limit, bad input, a precondition, or another run of the
  operation is unfinished.
-#}
{% macro _refuse(description, refusal) %}
    {%- set not_started = description.operation ~ " was not started; nothing was changed: " -%}
    {%- if refusal.over_limit is defined -%}
        {%- do dbt_batch_ops._fail(
            not_started ~ "more than max_records = "
            ~ "{:,}".format(refusal.over_limit) ~ " rows match.\n"
            ~ "Narrow where_condition, raise max_records, or say `on_limit: stop` in the spec to change the first "
            ~ "{:,}".format(refusal.over_limit) ~ " in key order."
        ) -%}
    {%- elif refusal.failed_preconditions is defined -%}
        {%- do dbt_batch_ops._fail(dbt_batch_ops._bullets(
            not_started ~ "these preconditions do not hold:", refusal.failed_preconditions
        )) -%}
    {%- elif refusal.invalid is defined -%}
        {%- do dbt_batch_ops._fail(not_started ~ dbt_batch_ops._invalid_rows(refusal)) -%}
    {%- elif refusal.reason is defined -%}
        {%- do dbt_batch_ops._fail(not_started ~ refusal.reason) -%}
    {%- endif -%}
    {%- set run = dbt_batch_ops._fetch(
        "select batch_ops.run_summary(" ~ dbt_batch_ops._literal(refusal.existing) ~ "::uuid)"
    ) -%}
    {%- do dbt_batch_ops._fail(
        not_started ~ "run " ~ refusal.existing
        ~ " of it is unfinished (" ~ run.status ~ ", " ~ "{:,}".format(run.processed_records)
        ~ " rows changed so far).\n" ~ dbt_batch_ops._next_commands(run)
    ) -%}
{% endmacro %}
