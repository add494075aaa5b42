{#- How many rows of the target a step would change in a range. -#}
{% macro _portable_matching(plan, step, range="true") %}
    {{ return(dbt_batch_ops._portable_value(
        "select count(*) from " ~ plan.relation ~ " where " ~ range
        ~ "\n    and (\n        " ~ dbt_batch_ops._portable_statements(plan, step, range).where ~ "\n    )"
    ) | int) }}
{% endmacro %}
