{#- Prints a plan that waits for its confirmation: rows, batches, the first rows, the first statement, and what to type. -#}
{% macro _portable_show_plan(run, plan) %}
    {%- set step = plan.description.steps[0] -%}
    {%- set batches = ((run.steps[0].total_records + step.batch_size - 1) / step.batch_size) | int -%}
    {%- do dbt_batch_ops._say(run.operation ~ ", planned; nothing was changed") -%}
    {%- do dbt_batch_ops._say("  " ~ dbt_batch_ops._scope_line(run) ~ " (" ~ "{:,}".format(batches)
        ~ (" batch)" if batches == 1 else " batches)")) -%}
    {%- for line in dbt_batch_ops._source_lines(run.steps[0]) + dbt_batch_ops._portable_limits(plan.description) -%}
        {%- do dbt_batch_ops._say("  " ~ line) -%}
    {%- endfor -%}
    {%- for name, value in run.parameters.items() -%}
        {%- do dbt_batch_ops._say("  with " ~ name ~ " = " ~ tojson(value) | truncate(100, true)) -%}
    {%- endfor -%}
    {%- for line in dbt_batch_ops._later_steps(run) -%}
        {%- do dbt_batch_ops._say("  " ~ line) -%}
    {%- endfor -%}
    {%- if step.source.kind == "target" -%}
        {%- do dbt_batch_ops._portable_show_rows(plan, step) -%}
    {%- endif -%}
    {%- set left = dbt_batch_ops._portable_left(run, 1, 0) -%}
    {%- set range = dbt_batch_ops._portable_batch_range(plan, step, left[0]) if left else "true" -%}
    {%- do dbt_batch_ops._say(
        "  statement of the first batch:\n\n" ~ dbt_batch_ops._portable_statements(dbt_batch_ops._portable_shown_plan(plan), step, range).apply ~ "\n"
    ) -%}
    {%- do dbt_batch_ops._say(
        "To start exactly this, within " ~ dbt_batch_ops._duration(dbt_batch_ops._setting("batch_ops_confirm_within_seconds"))
        ~ ": dbt run-operation " ~ run.operation ~ " --args '{confirm: " ~ run.operation_id ~ "}'"
    ) -%}
{% endmacro %}
