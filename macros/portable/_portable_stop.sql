{#- Ends a run early for a reason that the loop itself has found: it stays unfinished, and can go on. -#}
{% macro _portable_stop(run, status, reason) %}
    {%- do dbt_batch_ops._portable_add_event(run, status, {"error_message": reason}) -%}
    {%- do dbt_batch_ops._fail(
        "Run " ~ run.operation_id ~ " of " ~ run.operation ~ " " ~ reason ~ ".\n"
        ~ (
            "Nothing was changed." if run.processed_records == 0
            else dbt_batch_ops._changed_rows(run) ~ " were changed and are committed; each of them once."
        )
        ~ "\n" ~ dbt_batch_ops._next_commands(run)
    ) -%}
{% endmacro %}
