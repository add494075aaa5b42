{#-
  Writes the rows that the steps of a run are given into tables of the run, in their order, and checks all of them.

  In the caller's transaction, where there are any. This freezes what the run works on: a query, a file and a table may change. Ends
  the command where rows are invalid, unless the spec says to leave them out.
-#}
{% macro _portable_stage(run, plan, given) %}
    {%- set refused = [] -%}
    {%- for step in plan.description.steps -%}
        {%- if dbt_batch_ops._portable_has_rows(step) -%}
            {%- set number = loop.index -%}
            {%- set table = dbt_batch_ops._portable_staged(run, number) -%}
            {%- do plan.staged.update({step.name: table}) -%}
            {%- set broken = dbt_batch_ops._portable_stage_rows(plan, step, given, table) -%}
            {%- set source = {
                "parameter": step.source.parameter,
                "given": dbt_batch_ops._portable_value("select count(*) from " ~ table) | int,
                "invalid": 0,
                "superseded": 0,
            } -%}
            {%- do run.steps[number - 1].update({"source": source}) -%}
            {%- set invalid = dbt_batch_ops._portable_invalid_rows(plan, step, broken) -%}
            {%- if invalid -%}
                {%- do source.update({
                    "invalid": dbt_batch_ops._portable_value("select count(*) from (\n" ~ invalid ~ "\n) as invalid") | int
                }) -%}
            {%- endif -%}
            {%- set most = plan.description.max_errors if plan.description.max_errors is not none else source.invalid -%}
            {%- if source.invalid and plan.description.skip_invalid_rows and source.invalid <= most -%}
                {%- do dbt_batch_ops._portable_leave_out(run, number, table, invalid) -%}
            {%- elif source.invalid -%}
                {%- do refused.extend(dbt_batch_ops._portable_invalid_lines(plan, source, invalid)) -%}
            {%- endif -%}
            {%- if step.operation_type == "upsert" and not refused -%}
                {%- do dbt_batch_ops._portable_supersede(plan, step, table, source) -%}
            {%- endif -%}
            {%- if dbt_batch_ops._portable_is_read_as_text(plan.description, step, given) -%}
                {%- do run_query("drop table " ~ dbt_batch_ops._portable_texts(table)) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if refused -%}
        {%- do dbt_batch_ops._portable_abandon(run) -%}
        {%- do dbt_batch_ops._fail(dbt_batch_ops._bullets(
            plan.description.operation ~ " was not started; nothing was changed:", refused
        )) -%}
    {%- endif -%}
{% endmacro %}
