{#- Says how a run ended; fails the command unless it did what it was asked, within its limits. -#}
{% macro _report(run) %}
    {%- if run.status in ["completed", "completed_with_errors"] -%}
        {%- do dbt_batch_ops._say(
            "  completed: " ~ dbt_batch_ops._changed_rows(run)
            ~ (
                ", " ~ dbt_batch_ops._duration(run.active_seconds) ~ ", " ~ "{:,}".format(run.records_per_second | int)
                ~ " rows/s" if run.records_per_second else ""
            )
            ~ (", " ~ "{:,}".format(run.retry_count) ~ " batches tried again" if run.retry_count else "")
        ) -%}
        {%- do dbt_batch_ops._report_steps(run) -%}
        {%- do dbt_batch_ops._report_crew(run) -%}
        {%- do dbt_batch_ops._report_failures(run) -%}
        {{ return("") }}
    {%- endif -%}
    {%- do dbt_batch_ops._report_failures(run) if run.error_count > 1 -%}
    {%- do dbt_batch_ops._fail(
        "Run " ~ run.operation_id ~ " of " ~ run.operation ~ dbt_batch_ops._why_ended(run)
        ~ "\n" ~ (
            "Nothing was changed." if run.processed_records == 0
            else dbt_batch_ops._changed_rows(run) ~ " were changed and are committed; each of them once."
        )
        ~ ("" if run.is_closed else "\n" ~ dbt_batch_ops._next_commands(run))
    ) -%}
{% endmacro %}
