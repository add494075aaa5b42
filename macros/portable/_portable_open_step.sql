{#-
  Finds the ranges of a step and writes them down, and then that the step is open.

  In the caller's transaction, where there are any. Else: ranges of a process that was killed between the two have a token that
  no step was opened with, and nobody sees them (`_portable_step_events`).
-#}
{% macro _portable_open_step(run, plan, number, scope, status="running", more={}) %}
    {%- set step = plan.description.steps[number - 1] -%}
    {%- set batches = dbt_batch_ops._portable_ledger("batch_events") -%}
    {%- set text = dbt_batch_ops._portable_literal -%}
    {%- set columns = dbt_batch_ops._portable_ledger_columns().batch_events -%}
    {%- set row = {
        "operation_id": run.operation_id,
        "step_number": number,
        "happened_at": dbt_batch_ops._portable_now(),
        "status": "planned",
        "token": run.token,
    } -%}
    {%- if step.operation_type == "select" -%}
        {%- set ranges = dbt_batch_ops._portable_one_batch(dbt_batch_ops._portable_collect(run, plan, step, number)) -%}
    {%- else -%}
        {%- set ranges = dbt_batch_ops._portable_ranges(plan, step, scope.limit) -%}
    {%- endif -%}
    {%- set values = [] -%}
    {%- for name, type in columns.items() -%}
        {%- do values.append(
            "ranges." ~ name if name in ["batch_number", "range_lo", "range_hi", "expected_records"]
            else text(row.get(name), type) ~ " as " ~ name
        ) -%}
    {%- endfor -%}
    {%- do run_query(
        "insert into " ~ batches ~ " (" ~ columns | join(", ") ~ ")\nselect\n    " ~ values | join(",\n    ") ~ "\nfrom (\n"
        ~ ranges ~ "\n) as ranges"
    ) -%}
    {%- set records = dbt_batch_ops._portable_value(
        "select coalesce(sum(expected_records), 0) from " ~ batches ~ " where operation_id = " ~ text(run.operation_id, "string")
        ~ " and step_number = " ~ number ~ " and status = 'planned' and token = " ~ text(run.token, "string")
    ) | int -%}
    {%- do dbt_batch_ops._portable_add_event(run, status, dict({
        "step_number": number, "step_records": records, "step_matching": scope.matching
    }, **more)) -%}
    {%- do run.steps[number - 1].update({
        "is_open": true,
        "total_records": records,
    }) -%}
    {%- if step.source.kind == "target" and scope.matching is not none and scope.matching > records -%}
        {%- do run.steps[number - 1].update({"source": {"limited": true}}) -%}
    {%- endif -%}
    {%- do run.update({"total_records": run.total_records + records}) -%}
{% endmacro %}
