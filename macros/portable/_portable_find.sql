{#-
  What became of a batch that was announced and has no end in the ledger: {status, records}.

  status is `done` (then records is how many rows), `not_done`, or `in_doubt` when nothing tells any more.

  Args:
    relation (Relation): the table.
    marker (str): the marker of the batch's statement.
    batch (dict): the batch, with range_lo and range_hi.
-#}
{% macro _portable_find(relation, marker, batch) %}
    {{ return(adapter.dispatch("_portable_find", "dbt_batch_ops")(relation, marker, batch)) }}
{% endmacro %}

{% macro default___portable_find(relation, marker, batch) %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro duckdb___portable_find(relation, marker, batch) %}
    {#- Statement and event are one transaction: without the event there was no change. -#}
    {{ return({"status": "not_done", "records": 0}) }}
{% endmacro %}
