{#- Drops the tables with what a run was given or has found, when nobody needs it any more. On Sail their files stay. -#}
{% macro _portable_drop_staged(run) %}
    {%- if run.redacted -%}
        {%- do run_query("drop table if exists " ~ dbt_batch_ops._portable_withheld(run)) -%}
    {%- endif -%}
    {%- for step in run.steps -%}
        {%- if step.iterate_by == "rows" -%}
            {%- do run_query("drop table if exists " ~ dbt_batch_ops._portable_staged(run, step.number)) -%}
        {%- elif step.operation_type == "select" and step.is_open -%}
            {%- do run_query("drop table if exists " ~ dbt_batch_ops._portable_output(run, step.number)) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
