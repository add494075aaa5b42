{#- The run that an idempotency key stands for, or none. -#}
{% macro _portable_keyed(description, idempotency_key) %}
    {%- set text = dbt_batch_ops._portable_literal -%}
    {{ return(none if idempotency_key is none else dbt_batch_ops._portable_value(
        "select operation_id from " ~ dbt_batch_ops._portable_ledger("runs")
        ~ " where operation = " ~ text(description.operation, "string")
        ~ " and target = " ~ text(description.target | string, "string")
        ~ " and idempotency_key = " ~ text(idempotency_key, "string")
        ~ " and status not in ('planned', 'cancelled') order by started_at limit 1"
    )) }}
{% endmacro %}
