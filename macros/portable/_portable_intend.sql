{#-
  Announces a batch where its statement and its end in the ledger are not one transaction; returns what its range gets as well.

  Args:
    seconds (int): within how many the statement has to begin. One that begins later changes nothing: whoever goes on with the
      run waits for so long before the table's log is asked.

  Whoever takes the run over after the look at the token knows of this batch; before, the look ends the command.
-#}
{% macro _portable_intend(run, batch, seconds) %}
    {%- set lease = dbt_batch_ops._portable_lease(seconds) -%}
    {%- do dbt_batch_ops._portable_insert("batch_events", {
        "operation_id": run.operation_id,
        "step_number": batch.step_number,
        "batch_number": batch.batch_number,
        "happened_at": dbt_batch_ops._portable_now(),
        "status": "intended",
        "token": run.token,
        "table_version": run.table_version,
        "valid_until": lease,
    }) -%}
    {%- do dbt_batch_ops._portable_check_token(run) -%}
    {{ return({
        "lease": lease,
        "predicate": "current_timestamp() < " ~ dbt_batch_ops._portable_literal(lease, "timestamp") ~ "\n    and "
            ~ dbt_batch_ops._portable_marker(run.operation_id, batch.step_number, batch.batch_number),
    }) }}
{% endmacro %}
