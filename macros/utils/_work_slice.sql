{#- One time slice of a run, which commits every batch or, for a run that is one transaction, none; returns its state. -#}
{% macro _work_slice(summary, state, is_one_transaction) %}
    {{ return(dbt_batch_ops._fetch(
        ("select batch_ops.work_in_transaction(" if is_one_transaction else "call batch_ops.work(")
        ~ dbt_batch_ops._literal(summary.operation_id) ~ "::uuid, " ~ dbt_batch_ops._slice_interval() ~ ", "
        ~ dbt_batch_ops._json(dbt_batch_ops._carried(state)) ~ ")"
    )) }}
{% endmacro %}
