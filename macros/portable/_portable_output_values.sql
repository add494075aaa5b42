{#-
  The query of the values of a list that an earlier step has found, each once, as `listed_value`.

  Where that step has not run yet, as when a plan is shown, it names the step instead.
-#}
{% macro _portable_output_values(plan, output) %}
    {%- set producer = plan.description.steps | selectattr("name", "equalto", output.step) | first -%}
    {%- set place = (producer.select_columns | map("lower") | list).index(output.field | lower) + 1 -%}
    {%- set table = plan.outputs.get(output.step, dbt_batch_ops._portable_ledger("output_of_" ~ output.step)) -%}
    {{ return("select distinct output.field_" ~ place ~ " as listed_value from " ~ table ~ " as output") }}
{% endmacro %}
