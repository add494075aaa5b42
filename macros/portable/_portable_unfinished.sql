{#- The run that stands in the way of another one of an operation on a target, or none. -#}
{% macro _portable_unfinished(description) %}
    {%- set text = dbt_batch_ops._portable_literal -%}
    {{ return(dbt_batch_ops._portable_value(
        "select operation_id from " ~ dbt_batch_ops._portable_ledger("runs")
        ~ " where operation = " ~ text(description.operation, "string")
        ~ " and target = " ~ text(description.target | string, "string")
        ~ " and not is_closed and status <> 'planned' order by started_at limit 1"
    )) }}
{% endmacro %}
