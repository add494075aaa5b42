{#-
  The table with the rows that a select of a run has found, for lists of later steps.

  The token is that of the command that opened the step, as it is of the step's batches.
-#}
{% macro _portable_output(run, number) %}
    {{ return(dbt_batch_ops._portable_ledger(
        "output_" ~ run.operation_id | replace("-", "") ~ "_" ~ number ~ "_" ~ run.steps[number - 1].token[:8]
    )) }}
{% endmacro %}
