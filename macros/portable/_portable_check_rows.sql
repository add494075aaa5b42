{#- Adds to problems why steps that are given rows cannot work: the rows themselves, and the table that they go to. -#}
{% macro _portable_check_rows(plan, given, problems) %}
    {%- for step in plan.description.steps if step.operation_type in ["insert", "upsert"] -%}
        {%- if step.source.parameter in given.rows -%}
            {%- do dbt_batch_ops._portable_check_records(
                step, dbt_batch_ops._portable_field_types(step, plan.columns), given.rows[step.source.parameter],
                plan.description, problems
            ) -%}
        {%- endif -%}
        {%- if step.source.kind == "csv" and given["values"].get(step.source.parameter) is not none -%}
            {%- do dbt_batch_ops._portable_check_csv(step, given, problems) -%}
        {%- endif -%}
        {%- set written = step.set_columns | map("lower") | list -%}
        {%- for name, column in plan.columns.items() if column.not_null and not column.has_default and name not in written -%}
            {%- do problems.append(
                "column " ~ column.name ~ " of " ~ plan.description.target
                ~ " may not be null and has no default: write it, or give it a default"
            ) -%}
        {%- endfor -%}
        {%- if step.operation_type == "upsert" -%}
            {%- do dbt_batch_ops._portable_check_conflict_target(plan, step, problems) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
