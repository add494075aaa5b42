{#-
  Finds the ranges of a step and writes them down, and then that the step is open.

  In the caller's transaction, where there are any. Else: ranges that are there already are those of a process that was
  killed between the two, and are kept.
-#}
{% macro _portable_open_step(run, plan, number, scope, status="running", more={}) %}
    {%- set step = plan.description.steps[number - 1] -%}
    {%- set batches = dbt_batch_ops._portable_ledger("batch_events") -%}
    {%- set text = dbt_batch_ops._portable_literal -%}
    {%- set of_step = " where operation_id = " ~ text(run.operation_id, "string") ~ " and step_number = " ~ number -%}
    {%- if dbt_batch_ops._portable_value("select count(*) from " ~ batches ~ of_step) | int == 0 -%}
        {%- do run_query(
            "insert into " ~ batches ~ " (operation_id, step_number, batch_number, happened_at, status, token, range_lo, range_hi,"
            ~ " expected_records)\nselect " ~ text(run.operation_id, "string") ~ ", " ~ number ~ ", ranges.batch_number, "
            ~ text(dbt_batch_ops._portable_now(), "timestamp") ~ ", 'planned', " ~ text(run.token, "string")
            ~ ", ranges.range_lo, ranges.range_hi, ranges.expected_records\nfrom (\n"
            ~ dbt_batch_ops._portable_ranges(plan, step, scope.limit) ~ "\n) as ranges"
        ) -%}
    {%- endif -%}
    {%- set records = dbt_batch_ops._portable_value(
        "select coalesce(sum(expected_records), 0) from " ~ batches ~ of_step ~ " and status = 'planned'"
    ) | int -%}
    {%- do dbt_batch_ops._portable_add_event(run, status, dict({
        "step_number": number, "step_records": records, "step_matching": scope.matching
    }, **more)) -%}
    {%- do run.steps[number - 1].update({
        "is_open": true,
        "total_records": records,
        "source": {"limited": true} if scope.matching is not none and scope.matching > records else none,
    }) -%}
    {%- do run.update({"total_records": run.total_records + records}) -%}
{% endmacro %}
