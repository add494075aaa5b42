{#-
  The ledger's migrations, oldest first; the position (from 1) is the ledger's version.

  A migration that was released is never changed: another follows it.
-#}
{% macro _migrations() %}
    {{ return([
        {"name": "runs_steps_batches", "statements": dbt_batch_ops._migration_0001_runs_steps_batches()},
        {"name": "several_steps", "statements": dbt_batch_ops._migration_0002_several_steps()},
        {"name": "errors_and_control", "statements": dbt_batch_ops._migration_0003_errors_and_control()},
        {"name": "several_workers", "statements": dbt_batch_ops._migration_0004_several_workers()},
        {"name": "monitoring", "statements": dbt_batch_ops._migration_0005_monitoring()},
        {"name": "shards", "statements": dbt_batch_ops._migration_0006_shards()},
    ]) }}
{% endmacro %}
