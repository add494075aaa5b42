{#- The first failed rows of a run, how many there are, and how to try them again. -#}
{% macro _report_failures(run) %}
    {%- if not run.first_failures -%}
        {{ return("") }}
    {%- endif -%}
    {%- set count = run.error_count -%}
    {%- do dbt_batch_ops._say("  " ~ "{:,}".format(count) ~ " failed and " ~ ("is" if count == 1 else "are") ~ " left out:") -%}
    {%- for failure in run.first_failures -%}
        {%- do dbt_batch_ops._say(
            "    " ~ (dbt_batch_ops._failed_row_name(failure) or "batch " ~ failure.batch_number)
            ~ ": " ~ failure.error_message ~ " (SQLSTATE " ~ failure.sqlstate ~ ")"
        ) -%}
    {%- endfor -%}
    {%- if count > run.first_failures | length -%}
        {%- do dbt_batch_ops._say(
            "    ... and " ~ "{:,}".format(count - run.first_failures | length) ~ " more: select * from batch_ops.errors"
            ~ " where operation_id = '" ~ run.operation_id ~ "'"
        ) -%}
    {%- endif -%}
    {%- if run.is_closed -%}
        {%- do dbt_batch_ops._say(
            "  Once their cause is mended: dbt run-operation dbt_batch_ops.retry_failed --args '{operation_id: "
            ~ run.operation_id ~ "}'"
        ) -%}
    {%- endif -%}
{% endmacro %}
