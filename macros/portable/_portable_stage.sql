{#-
  Writes the rows that the steps of a run are given into tables of the run, in their order, and checks all of them.

  In the caller's transaction, where there are any. This freezes what the run works on: a query and a table may change. Ends the
  command where rows are invalid.
-#}
{% macro _portable_stage(run, plan, given) %}
    {%- set invalid = [] -%}
    {%- for step in plan.description.steps -%}
        {%- if dbt_batch_ops._portable_has_rows(step) -%}
            {%- set table = dbt_batch_ops._portable_staged(run, loop.index) -%}
            {%- do plan.staged.update({step.name: table}) -%}
            {%- set counted = dbt_batch_ops._portable_stage_rows(plan, step, given, table) -%}
            {%- do run.steps[loop.index0].update({"source": counted}) -%}
            {%- do invalid.extend(dbt_batch_ops._portable_invalid_rows(plan, step, counted.given)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if invalid -%}
        {%- do dbt_batch_ops._portable_abandon(run) -%}
        {%- do dbt_batch_ops._fail(dbt_batch_ops._bullets(
            plan.description.operation ~ " was not started; nothing was changed:", invalid
        )) -%}
    {%- endif -%}
{% endmacro %}
