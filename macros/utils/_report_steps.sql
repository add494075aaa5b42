{#- What each step did, as a table, for an operation of several; and the rows that were left out. -#}
{% macro _report_steps(run) %}
    {%- if run.steps | length > 1 -%}
        {%- set lines = [["step", "type", "rows", "batches"]] -%}
        {%- for step in run.steps -%}
            {%- do lines.append([
                step.name, step.operation_type, "{:,}".format(step.records), "{:,}".format(step.batches)
            ]) -%}
        {%- endfor -%}
        {%- do dbt_batch_ops._say("\n    " ~ dbt_batch_ops._table(lines, right=[2, 3]) | replace("\n", "\n    ")) -%}
        {%- for step in run.steps[1:] -%}
            {%- for line in dbt_batch_ops._source_lines(step) -%}
                {%- do dbt_batch_ops._say("  " ~ step.name ~ ": " ~ line) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if run.steps[0].source and run.steps[0].source.limited -%}
        {%- do dbt_batch_ops._say("  stopped at max_records = " ~ "{:,}".format(run.max_records) ~ "; more rows match") -%}
    {%- endif -%}
{% endmacro %}
