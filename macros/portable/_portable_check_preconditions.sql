{#- Ends the command when a precondition does not hold; null counts as not holding. -#}
{% macro _portable_check_preconditions(plan) %}
    {%- set failed = [] -%}
    {%- set step = plan.description.steps[0] -%}
    {%- if plan.definition.preconditions -%}
        {%- for precondition in plan.definition.preconditions(dbt_batch_ops._portable_fragments(plan, step, "true")) -%}
            {%- if dbt_batch_ops._portable_value(precondition.sql) is not true -%}
                {%- do failed.append(precondition.text) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if failed -%}
        {%- do dbt_batch_ops._refuse(plan.description, {"failed_preconditions": failed}) -%}
    {%- endif -%}
{% endmacro %}
