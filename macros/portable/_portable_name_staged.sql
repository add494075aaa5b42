{#- Tells the plan of a run where the rows are that its steps were given, and makes them known to the session. -#}
{% macro _portable_name_staged(run, plan) %}
    {%- for step in plan.description.steps -%}
        {%- if dbt_batch_ops._portable_has_rows(step) -%}
            {%- set table = dbt_batch_ops._portable_staged(run, loop.index) -%}
            {%- do plan.staged.update({step.name: table}) -%}
            {%- do dbt_batch_ops._portable_attach_table(table) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
