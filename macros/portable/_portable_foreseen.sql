{#-
  What a dry run foresees of a step: {batches, records, range_lo, range_hi}, the ends being those of the first batch.

  Rows that are given are only counted: nothing is staged. Ends the command where they are too many.
-#}
{% macro _portable_foreseen(run, plan, step, given) %}
    {%- set description = plan.description -%}
    {%- if dbt_batch_ops._portable_has_rows(step) -%}
        {%- set parameter = step.source.parameter -%}
        {%- set query = given.queries.get(parameter) -%}
        {%- set rows = given.rows[parameter] | length if query is none else dbt_batch_ops._portable_value(
            "select count(*) from (\n" ~ query ~ "\n) as given"
        ) | int -%}
        {%- set limit = description.max_records if description.max_records is not none else rows -%}
        {%- if rows > limit and description.on_limit == "refuse" -%}
            {%- do dbt_batch_ops._refuse(description, {"over_limit": limit}) -%}
        {%- endif -%}
        {%- set records = [rows, limit] | min -%}
        {%- do plan.staged.update({step.name: dbt_batch_ops._portable_ledger("rows_of_" ~ parameter)}) -%}
        {{ return({
            "records": records,
            "batches": (records + step.batch_size - 1) // step.batch_size,
            "range_lo": none,
            "range_hi": tojson([[records, step.batch_size] | min | string]),
        }) }}
    {%- endif -%}
    {%- if step.operation_type == "select" -%}
        {{ return({
            "records": dbt_batch_ops._portable_matching(plan, step),
            "batches": 1,
            "range_lo": none,
            "range_hi": "[]",
        }) }}
    {%- endif -%}
    {%- set scope = dbt_batch_ops._portable_scope(run, plan, step) -%}
    {%- if scope.refused -%}
        {%- do dbt_batch_ops._refuse(description, {"over_limit": description.max_records}) -%}
    {%- endif -%}
    {{ return(dbt_batch_ops._portable_rows(
        "select count(*) as batches, sum(ranges.expected_records) as records,"
        ~ " min(case when ranges.batch_number = 1 then ranges.range_lo end) as range_lo,"
        ~ " min(case when ranges.batch_number = 1 then ranges.range_hi end) as range_hi from (\n"
        ~ dbt_batch_ops._portable_ranges(plan, step, scope.limit) ~ "\n) as ranges"
    )[0]) }}
{% endmacro %}
