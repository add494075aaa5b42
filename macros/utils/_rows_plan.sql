{#- The statements of a step that works on staged rows, or that is one call without rows. -#}
{% macro _rows_plan(plan, step, statements) %}
    {%- set table = dbt_batch_ops._staged_table(plan, step) -%}
    {%- set own = statements(dbt_batch_ops._fragments(plan, step, none, "once", false)) -%}
    {%- set apply = dbt_batch_ops._apply(plan, step, own) -%}
    {%- set columns = plan.sources.get(step.source.parameter, {}).get("columns") -%}
    {%- set failed = "select batch_ops.source_row(pg_catalog.to_jsonb(source.*), " ~ dbt_batch_ops._json(columns)
        ~ ")\nfrom batch_ops." ~ table ~ " as source\nwhere\n    " ~ dbt_batch_ops._staged_rows_range()
        if table else none -%}
    {%- set writes = step.operation_type in ["insert", "upsert"] -%}
    {{ return({
        "rows_table": table,
        "row_columns": columns,
        "row_fields": step.fields.keys() | list if step.fields else none,
        "header_lines": dbt_batch_ops._header_lines(plan, step),
        "check": dbt_batch_ops._check_rows(plan, step, own) if writes and table else none,
        "conversions": dbt_batch_ops._conversions(plan, step) if writes and table else none,
        "numbered": dbt_batch_ops._numbered_rows(own) if writes and table else none,
        "superseded": dbt_batch_ops._superseded_rows(step, own) if step.operation_type == "upsert" and table else none,
        "output_definition": dbt_batch_ops._output_definition(plan, step, own),
        "rows": {
            "apply": {"start": apply, "0": apply},
            "row": {"start": failed, "0": failed},
            "count": "select pg_catalog.count(*)\nfrom batch_ops." ~ table ~ " as source\nwhere\n    "
                ~ dbt_batch_ops._staged_rows_range() if table else none,
            "sample": own.row if writes else none,
        },
    }) }}
{% endmacro %}
