{#- The error that a run failed with: batch, row, message, SQLSTATE, keys. -#}
{% macro _newest_error(run) %}
    {%- set error = run.newest_error -%}
    {%- if not error -%}
        {{ return(" failed.") }}
    {%- endif -%}
    {%- set step = (run.steps | selectattr("number", "equalto", error.step_number) | list + [none])[0] -%}
    {%- set row = dbt_batch_ops._failed_row_name(error) -%}
    {{ return(
        " failed" ~ (" in step " ~ step.name ~ "," if run.steps | length > 1 and step else "")
        ~ (" in batch " ~ error.batch_number if error.batch_number is not none else "")
        ~ (", " ~ row if row else "")
        ~ ":\n  " ~ error.error_message ~ " (SQLSTATE " ~ error.sqlstate ~ ")"
        ~ ("\n  " ~ error.error_detail if error.error_detail else "")
        ~ ("\n  tried " ~ error.attempts ~ " times" if error.attempts > 1 else "")
        ~ (
            "\n  keys after " ~ tojson(error.range_lo) ~ " up to " ~ tojson(error.range_hi)
            if error.range_hi else ""
        )
    ) }}
{% endmacro %}
