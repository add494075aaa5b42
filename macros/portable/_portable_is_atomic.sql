{#-
  Whether a batch's statement and its event in the ledger are one transaction.

  Where they are not, a batch is announced (`intended`) before it is done, and whoever goes on finds out what became of it.
-#}
{% macro _portable_is_atomic() %}
    {{ return(adapter.dispatch("_portable_is_atomic", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default___portable_is_atomic() %}
    {{ return(false) }}
{% endmacro %}

{% macro duckdb___portable_is_atomic() %}
    {{ return(true) }}
{% endmacro %}
