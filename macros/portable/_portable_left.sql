{#-
  Batches of a run that are not completed, in order, a page at a time: however many there are, memory stays flat.

  Args:
    step_number (int): from this step on, or only of this one when `after` is given.
    after (optional[int]): those behind this batch of the step.
    settled (bool): false for the first one of all steps.
-#}
{% macro _portable_left(run, step_number, after, settled=true) %}
    {%- set left = [] -%}
    {%- for row in dbt_batch_ops._portable_rows(
        "select step_number, batch_number, range_lo, range_hi, status from " ~ dbt_batch_ops._portable_ledger("batches")
        ~ " where operation_id = " ~ dbt_batch_ops._portable_literal(run.operation_id, "string")
        ~ " and status <> 'completed'"
        ~ (" and step_number = " ~ step_number ~ " and batch_number > " ~ after if settled else "")
        ~ " order by step_number, batch_number limit " ~ (500 if settled else 1)
    ) -%}
        {%- do left.append({
            "step_number": row.step_number | int,
            "batch_number": row.batch_number | int,
            "range_lo": fromjson(row.range_lo) if row.range_lo is not none else none,
            "range_hi": fromjson(row.range_hi),
            "status": row.status,
        }) -%}
    {%- endfor -%}
    {{ return(left) }}
{% endmacro %}
