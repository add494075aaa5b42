{#-
  The predicate, always true, that marks a batch's statement.

  The table's log keeps predicates, so it tells later whether the statement was committed (`_portable_find`). The mark is
  printed as it is in the log.
-#}
{% macro _portable_marker(operation_id, step_number, batch_number) %}
    {{ return("'" ~ dbt_batch_ops._portable_mark(operation_id, step_number, batch_number) ~ "' is not null") }}
{% endmacro %}
