{#- Ends the command when the run's newest event is not this process's: somebody else has taken it over, or ended it. -#}
{% macro _portable_check_token(run) %}
    {%- set newest = dbt_batch_ops._portable_rows(
        "select token, status from " ~ dbt_batch_ops._portable_ledger("run_events") ~ " where operation_id = "
        ~ dbt_batch_ops._portable_literal(run.operation_id, "string") ~ " order by event_number desc, token desc limit 1"
    )[0] -%}
    {%- if newest.token != run.token or newest.status != "running" -%}
        {%- do dbt_batch_ops._fail(
            "Run " ~ run.operation_id ~ " of " ~ run.operation ~ " is not worked on here any more: "
            ~ ("another process goes on with it" if newest.status == "running" else "it is " ~ newest.status) ~ ".\n"
            ~ dbt_batch_ops._changed_rows(run) ~ " were changed and are committed; each of them once."
        ) -%}
    {%- endif -%}
{% endmacro %}
