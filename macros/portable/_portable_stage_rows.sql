{#-
  Writes the rows that a step is given into its table.

  Returns the query of those that have a value which is none of its column's type, batch_ordinal and broken; none where all have
  been looked at before, or the database says so itself.
-#}
{% macro _portable_stage_rows(plan, step, given, table) %}
    {%- set types = dbt_batch_ops._portable_field_types(step, plan.columns) -%}
    {%- do dbt_batch_ops._portable_create_staged(table, types) -%}
    {%- if dbt_batch_ops._portable_is_read_as_text(plan.description, step, given) -%}
        {{ return(dbt_batch_ops._portable_stage_text(step, types, given, table, plan.description.redact)) }}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_fill(table, types, step, given) -%}
    {{ return(none) }}
{% endmacro %}
