{#-
  The table with the rows that a step of a run was given, frozen when the run was opened.

  The token is that of the opening: a start that was killed while it staged, and is repeated with the same id, stages anew.
-#}
{% macro _portable_staged(run, number) %}
    {{ return(dbt_batch_ops._portable_ledger(
        "rows_" ~ run.operation_id | replace("-", "") ~ "_" ~ number ~ "_" ~ run.opening_token[:8]
    )) }}
{% endmacro %}
