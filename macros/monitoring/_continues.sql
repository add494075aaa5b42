{#-
  Whether a model goes on where it was; else it reads the whole ledger, and replaces what it has of it.

  It does so once after an upgrade that gives it more columns, so that they are filled as far back as the ledger goes.
-#}
{% macro _continues() %}
    {%- if not is_incremental() -%}
        {{ return(false) }}
    {%- endif -%}
    {#- Not by adapter.get_columns_in_relation: it begins a transaction, which the hook before the model's own one ends behind
        dbt's back, and then dbt begins none for the model (integration_tests/test_monitoring_horizon.py). -#}
    {%- set present = dbt_batch_ops._fetch(
        "select coalesce(pg_catalog.jsonb_agg(attname), '[]') from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass("
        ~ dbt_batch_ops._literal(this.render()) ~ ") and attnum > 0 and not attisdropped"
    ) -%}
    {{ return(model.columns | reject("in", present) | list | length == 0) }}
{% endmacro %}
