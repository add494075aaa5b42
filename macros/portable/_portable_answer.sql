{#- The run that an idempotency key stands for, as the answer to a second start: what is done is not done again. -#}
{% macro _portable_answer(definition, given, operation_id) %}
    {%- set run = dbt_batch_ops._portable_load(operation_id) -%}
    {%- if run.parameters != given.shown -%}
        {%- do dbt_batch_ops._refuse(definition.description, {
            "reason": "idempotency_key " ~ given.idempotency_key ~ " stands for run " ~ operation_id
            ~ ", which was given other parameters; give this one another key"
        }) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._say(
        definition.description.operation ~ ": idempotency_key " ~ given.idempotency_key ~ " stands for run " ~ operation_id
        ~ ", which is not done again"
    ) -%}
    {{ return({"run": run, "plan": none} if run.is_closed else dbt_batch_ops._portable_join(definition, given, operation_id)) }}
{% endmacro %}
