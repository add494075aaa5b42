{#- Makes the ledger as its first version had it, without an engine, for the test of the upgrade. -#}
{% macro install_first_ledger() %}
    {% do run_query("create schema batch_ops") %}
    {% do run_query(dbt_batch_ops._create_installation()) %}
    {% do run_query(dbt_batch_ops._migration_0001_runs_steps_batches()) %}
    {% do run_query("insert into batch_ops.migrations (version, name) values (1, 'runs_steps_batches')") %}
    {% do run_query(
        "insert into batch_ops.installation (package_version, engine_hash) values ('0.0.1', 'of the first version')"
    ) %}
    {% do run_query("commit") %}
{% endmacro %}
