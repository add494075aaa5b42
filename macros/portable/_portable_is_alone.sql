{#-
  Whether a process that can read the ledger is the only one that works with the database.

  DuckDB locks its file for one process, so nobody else writes, and a run that says it is running while somebody else
  can look is interrupted. Elsewhere every batch begins with a look at the newest event.
-#}
{% macro _portable_is_alone() %}
    {{ return(adapter.dispatch("_portable_is_alone", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default___portable_is_alone() %}
    {{ return(false) }}
{% endmacro %}

{% macro duckdb___portable_is_alone() %}
    {{ return(true) }}
{% endmacro %}
