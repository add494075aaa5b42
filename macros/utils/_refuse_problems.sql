{#- Ends the command with all problems that stand in the way of an operation, if there are any. -#}
{% macro _refuse_problems(description, problems) %}
    {%- if problems -%}
        {%- do dbt_batch_ops._fail(dbt_batch_ops._bullets(
            description.operation ~ " was not started; nothing was changed:", problems
        )) -%}
    {%- endif -%}
{% endmacro %}
