{#-
  Writes the rows that a step is given into its table; returns {parameter, given, superseded}, the numbers of rows.

  Of several rows of an upsert with the same conflict target the last one stays. That is decided once for all rows, so that it
  does not depend on where a batch ends.
-#}
{% macro _portable_stage_rows(plan, step, given, table) %}
    {%- set types = dbt_batch_ops._portable_field_types(step, plan.columns) -%}
    {%- set parameter = step.source.parameter -%}
    {%- set into = "insert into " ~ table ~ "\n" -%}
    {%- do dbt_batch_ops._portable_create_staged(table, types) -%}
    {%- if parameter in given.queries -%}
        {%- do run_query(into ~ dbt_batch_ops._portable_query_rows(step, types, given.queries[parameter])) -%}
    {%- else -%}
        {%- for page in given.rows[parameter] | batch(1000) -%}
            {%- do run_query(into ~ dbt_batch_ops._portable_record_rows(step, types, page, loop.index0 * 1000)) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set count = "select count(*) from " ~ table -%}
    {%- set staged = dbt_batch_ops._portable_value(count) | int -%}
    {%- if step.operation_type == "upsert" and staged > 0 -%}
        {%- do run_query(
            "merge into " ~ table ~ " as staged\nusing (\n    "
            ~ dbt_batch_ops._portable_superseded(plan, step) | replace("\n", "\n    ")
            ~ "\n) as superseded\non staged.batch_ordinal = superseded.batch_ordinal\nwhen matched then delete"
        ) -%}
    {%- endif -%}
    {{ return({
        "parameter": parameter, "given": staged, "superseded": staged - dbt_batch_ops._portable_value(count) | int
    }) }}
{% endmacro %}
