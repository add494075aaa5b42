{#- Says how a run ended; fails the command unless it did what it was asked. -#}
{% macro _report(run) %}
    {%- set changed = "{:,}".format(run.processed_records) ~ (" row in " if run.processed_records == 1 else " rows in ")
        ~ "{:,}".format(run.batch_count)
        ~ (" batch" if run.batch_count == 1 else " batches") -%}
    {%- if run.status == "completed" -%}
        {%- do dbt_batch_ops._say(
            "  completed: " ~ changed
            ~ (
                ", " ~ dbt_batch_ops._duration(run.active_seconds) ~ ", " ~ "{:,}".format(run.records_per_second | int)
                ~ " rows/s" if run.records_per_second else ""
            )
        ) -%}
        {%- do dbt_batch_ops._report_steps(run) -%}
        {{ return("") }}
    {%- endif -%}
    {%- if run.status == "failed" -%}
        {%- set error = run.newest_error -%}
        {%- set step = (run.steps | selectattr("number", "equalto", error.step_number) | list + [none])[0] -%}
        {%- set why = " failed" ~ (" in step " ~ step.name ~ "," if run.steps | length > 1 and step else "")
            ~ (" in batch " ~ error.batch_number if error.batch_number is not none else "")
            ~ ":\n  " ~ error.error_message ~ " (SQLSTATE " ~ error.sqlstate ~ ")"
            ~ ("\n  " ~ error.error_detail if error.error_detail else "")
            ~ (
                "\n  keys after " ~ tojson(error.range_lo) ~ " up to " ~ tojson(error.range_hi)
                if error.range_hi else ""
            ) -%}
    {%- elif run.status == "timed_out" -%}
        {%- set why = " reached its timeout." -%}
    {%- elif run.status == "blocked" -%}
        {%- set held = (run.waiting_for or [{}])[0] -%}
        {%- set why = " is blocked: batch " ~ held.batch ~ " is held by process " ~ held.pid ~ " since " ~ held.since
            ~ ".\n  All other batches are done. To end that process: select pg_terminate_backend(" ~ held.pid ~ ")" -%}
    {%- elif run.status == "cancelled" -%}
        {%- set why = " was cancelled." -%}
    {%- else -%}
        {%- set why = " was interrupted." -%}
    {%- endif -%}
    {%- do dbt_batch_ops._fail(
        "Run " ~ run.operation_id ~ " of " ~ run.operation ~ why
        ~ "\n" ~ (
            "Nothing was changed." if run.processed_records == 0
            else changed ~ " were changed and are committed; each of them once."
        )
        ~ ("" if run.is_closed else "\n" ~ dbt_batch_ops._next_commands(run))
    ) -%}
{% endmacro %}
