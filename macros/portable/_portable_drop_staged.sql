{#- Drops the tables with the rows that a run was given, when nobody needs them any more. On Sail their files stay. -#}
{% macro _portable_drop_staged(run) %}
    {%- for step in run.steps if step.iterate_by == "rows" -%}
        {%- do run_query("drop table if exists " ~ dbt_batch_ops._portable_staged(run, step.number)) -%}
    {%- endfor -%}
{% endmacro %}
