{#- A step's own statements for one range: {where, apply, ...}. -#}
{% macro _portable_statements(plan, step, range) %}
    {{ return(plan.definition.statements[step.name](dbt_batch_ops._portable_fragments(plan, step, range))) }}
{% endmacro %}
