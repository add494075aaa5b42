{#-
  What a model's `full_refresh` is: false, since the models keep runs that were purged from the ledger; dbt's own flag
  decides (none) where the project says that it may.
-#}
{% macro _keeps_history() %}
    {{ return(none if dbt_batch_ops._setting("batch_ops_full_refresh") else false) }}
{% endmacro %}
