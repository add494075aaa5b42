{#-
  Writes the rows that a step is given into its table.

  Returns the query of those that have a value which is none of its column's type, batch_ordinal and broken; none where all have
  been looked at before, or the database says so itself.
-#}
{% macro _portable_stage_rows(plan, step, given, table) %}
    {%- set types = dbt_batch_ops._portable_field_types(step, plan.columns) -%}
    {%- set parameter = step.source.parameter -%}
    {%- set into = "insert into " ~ table ~ "\n" -%}
    {%- do dbt_batch_ops._portable_create_staged(table, types) -%}
    {%- if step.name in given.csv -%}
        {{ return(dbt_batch_ops._portable_stage_text(step, types, given.csv[step.name], table, plan.description.redact)) }}
    {%- elif parameter in given.queries -%}
        {%- do run_query(into ~ dbt_batch_ops._portable_query_rows(step, types, given.queries[parameter])) -%}
    {%- else -%}
        {%- for page in given.rows[parameter] | batch(1000) -%}
            {%- do run_query(into ~ dbt_batch_ops._portable_record_rows(step, types, page, loop.index0 * 1000)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(none) }}
{% endmacro %}
