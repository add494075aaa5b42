{#-
  How many rows a batch's statement changed.

  Args:
    result (agate.Table): what `run_query` returned of it.
    relation (Relation): the table.
    marker (str): what finds the statement in the table's log, on engines that answer with no number.
-#}
{% macro _portable_rows_of(result, relation, marker) %}
    {{ return(adapter.dispatch("_portable_rows_of", "dbt_batch_ops")(result, relation, marker)) }}
{% endmacro %}

{% macro default___portable_rows_of(result, relation, marker) %}
    {{ return(result.columns[0].values()[0] | int) }}
{% endmacro %}
