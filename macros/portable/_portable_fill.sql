{#-
  Writes the rows that a step is given into a table, in their order: batch_ordinal, field_1, field_2, ...

  Args:
    types (list[str]): the types of the fields there.
-#}
{% macro _portable_fill(table, types, step, given) %}
    {%- set parameter = step.source.parameter -%}
    {%- set into = "insert into " ~ table ~ "\n" -%}
    {%- if step.name in given.csv -%}
        {%- do run_query(into ~ dbt_batch_ops._portable_query_rows(
            given.csv[step.name].columns, types, given.csv[step.name].rows
        )) -%}
    {%- elif parameter in given.queries -%}
        {%- do run_query(into ~ dbt_batch_ops._portable_query_rows(step.fields, types, given.queries[parameter])) -%}
    {%- else -%}
        {%- for page in given.rows[parameter] | batch(1000) -%}
            {%- do run_query(into ~ dbt_batch_ops._portable_record_rows(step, types, page, loop.index0 * 1000)) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
