{#-
  Writes the rows that a select finds into a table of the run, when its step is opened, and returns how many there are.

  In the caller's transaction, where there are any. Else a command that was killed meanwhile has left a table with a token that no
  step was opened with.
-#}
{% macro _portable_collect(run, plan, step, number) %}
    {%- do run.steps[number - 1].update({"token": run.token}) -%}
    {%- set table = dbt_batch_ops._portable_output(run, number) -%}
    {%- set columns = {} -%}
    {%- for name in step.select_columns -%}
        {%- do columns.update({"field_" ~ loop.index: plan.columns[name | lower].type}) -%}
    {%- endfor -%}
    {%- do dbt_batch_ops._portable_create_table(table, columns) -%}
    {%- do run_query(
        "insert into " ~ table ~ " (" ~ columns | join(", ") ~ ")\n" ~ dbt_batch_ops._portable_statements(plan, step, "true").apply
    ) -%}
    {%- do plan.outputs.update({step.name: table}) -%}
    {{ return(dbt_batch_ops._portable_value("select count(*) from " ~ table) | int) }}
{% endmacro %}
