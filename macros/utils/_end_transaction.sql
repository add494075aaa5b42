{#- Commits a run that is one transaction, or rolls it back and records what went wrong. -#}
{% macro _end_transaction(summary, state) %}
    {%- set operation_id = dbt_batch_ops._literal(summary.operation_id) ~ "::uuid" -%}
    {%- if state.status == "completed" -%}
        {%- do run_query("select batch_ops.set_status(" ~ operation_id ~ ", 'completed')") -%}
        {%- do run_query("set local synchronous_commit = on") -%}
        {%- do run_query("commit") -%}
    {%- else -%}
        {%- do run_query("rollback") -%}
        {%- do run_query("begin isolation level read committed") -%}
        {%- do run_query(
            "select batch_ops.settle_rollback(" ~ operation_id ~ ", " ~ dbt_batch_ops._json(state) ~ ")"
        ) -%}
        {%- do run_query("commit") -%}
    {%- endif -%}
{% endmacro %}
