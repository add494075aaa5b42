{#-
  Finds out what became of batches that were announced and have no end in the ledger, before a run goes on.

  Only where statement and event are not one transaction. First nobody can begin a statement any more, then whoever may still be
  at work is fenced off: what is found afterwards stays so.
-#}
{% macro _portable_settle(run, plan) %}
    {%- if dbt_batch_ops._portable_is_atomic() -%}
        {{ return("") }}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_wait_for_leases(run) -%}
    {%- do dbt_batch_ops._portable_fence(plan.relation, run) -%}
    {%- for row in dbt_batch_ops._portable_rows(
        "select step_number, batch_number, range_lo, range_hi, table_version from " ~ dbt_batch_ops._portable_ledger("batches")
        ~ " where operation_id = " ~ dbt_batch_ops._portable_literal(run.operation_id, "string")
        ~ " and status in ('intended', 'in_doubt') order by step_number, batch_number"
    ) -%}
        {%- set batch = "batch " ~ row.batch_number | int ~ (
            " of step " ~ run.steps[row.step_number | int - 1].name if run.steps | length > 1 else ""
        ) -%}
        {%- set mark = dbt_batch_ops._portable_mark(run.operation_id, row.step_number, row.batch_number) -%}
        {%- set found = dbt_batch_ops._portable_find(plan.relation, mark, row.table_version) -%}
        {%- if found.commits == 1 -%}
            {%- do dbt_batch_ops._portable_complete(run, row, found.records, none) -%}
            {%- do dbt_batch_ops._say(
                "  " ~ batch ~ " was committed before the interruption: " ~ "{:,}".format(found.records) ~ " rows"
            ) -%}
        {%- elif found.commits > 1 -%}
            {%- do dbt_batch_ops._fail(
                "Run " ~ run.operation_id ~ " of " ~ run.operation ~ " does not go on: the log of " ~ plan.relation ~ " has "
                ~ found.commits ~ " commits of " ~ batch ~ " (" ~ mark ~ "). Two commands have worked on it at once."
            ) -%}
        {%- elif not found.reaches -%}
            {%- do dbt_batch_ops._portable_insert("batch_events", {
                "operation_id": run.operation_id,
                "step_number": row.step_number | int,
                "batch_number": row.batch_number | int,
                "happened_at": dbt_batch_ops._portable_now(),
                "status": "in_doubt",
                "token": run.token,
            }) -%}
            {%- do dbt_batch_ops._portable_add_event(run, "failed", {
                "error_message": batch ~ " is in doubt"
            }) -%}
            {%- do dbt_batch_ops._fail(
                "Run " ~ run.operation_id ~ " of " ~ run.operation ~ " does not go on: nothing tells any more whether "
                ~ batch ~ " (keys after " ~ (row.range_lo or "the beginning") ~ " up to " ~ row.range_hi
                ~ ") was done, because the log of " ~ plan.relation ~ " does not reach back to it.\n"
                ~ "Look at those rows, then give the run up: dbt run-operation dbt_batch_ops.cancel --args '{operation_id: "
                ~ run.operation_id ~ "}'"
            ) -%}
        {%- else -%}
            {%- do dbt_batch_ops._say("  " ~ batch ~ " was interrupted and changed nothing; it is done again") -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
