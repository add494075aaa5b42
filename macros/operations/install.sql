{#- Installs or migrates the ledger and the engine, and what other servers keep for it. Documented in _macros.yml. -#}
{% macro install(servers=none) %}
    {{ return(adapter.dispatch("install", "dbt_batch_ops")(servers)) }}
{% endmacro %}

{% macro default__install(servers) %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro postgres__install(servers) %}
    {%- set installed = dbt_batch_ops._ensure_installed() -%}
    {%- do dbt_batch_ops._say(
        "dbt_batch_ops " ~ dbt_batch_ops._version()
        ~ (" is installed in schema batch_ops." if installed else " was installed in schema batch_ops already.")
    ) -%}
    {%- do dbt_batch_ops._install_shards(servers) -%}
{% endmacro %}
