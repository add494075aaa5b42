{#- Tells the plan of a run where the rows are that its steps were given or have found, and makes them known to the session. -#}
{% macro _portable_name_staged(run, plan) %}
    {%- for step in plan.description.steps -%}
        {%- if dbt_batch_ops._portable_has_rows(step) -%}
            {%- set table = dbt_batch_ops._portable_staged(run, loop.index) -%}
            {%- do plan.staged.update({step.name: table}) -%}
            {%- do dbt_batch_ops._portable_attach_table(table) -%}
        {%- elif step.operation_type == "select" and run.steps[loop.index0].is_open -%}
            {%- set table = dbt_batch_ops._portable_output(run, loop.index) -%}
            {%- do plan.outputs.update({step.name: table}) -%}
            {%- do dbt_batch_ops._portable_attach_table(table) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
