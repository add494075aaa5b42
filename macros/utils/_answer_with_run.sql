{#-
  The run that an idempotency key stands for, as the answer to a second start: what is left of it is done, what is done
  is not done again.
-#}
{% macro _answer_with_run(operation_id, description, given) %}
    {%- set run = dbt_batch_ops._fetch(
        "select batch_ops.run_summary(" ~ dbt_batch_ops._literal(operation_id) ~ "::uuid)"
    ) -%}
    {%- do dbt_batch_ops._say(
        description.operation ~ ": idempotency_key " ~ given.idempotency_key ~ " stands for run " ~ operation_id
        ~ ", which is not done again"
    ) -%}
    {{ return(run if run.is_closed else dbt_batch_ops._join_run(operation_id, description, given["values"])) }}
{% endmacro %}
