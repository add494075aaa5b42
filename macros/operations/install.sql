{#- Installs or migrates the ledger and the engine, and what other servers keep for it. Documented in _macros.yml. -#}
{% macro install(servers=none) %}
    {{ return(adapter.dispatch("install", "dbt_batch_ops")(servers)) }}
{% endmacro %}

{% macro default__install(servers) %}
    {%- if servers is not none -%}
        {%- do dbt_batch_ops._fail("`servers` of dbt_batch_ops.install are those of postgres_fdw: PostgreSQL only. Leave it out.") -%}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_check_target_type() -%}
    {%- do dbt_batch_ops._portable_attach(none) -%}
    {%- set installed = dbt_batch_ops._portable_ensure_installed() -%}
    {%- do dbt_batch_ops._say(
        "dbt_batch_ops " ~ dbt_batch_ops._version()
        ~ (" is installed in schema batch_ops." if installed else " was installed in schema batch_ops already.")
    ) -%}
{% endmacro %}

{% macro postgres__install(servers) %}
    {%- set installed = dbt_batch_ops._ensure_installed() -%}
    {%- do dbt_batch_ops._say(
        "dbt_batch_ops " ~ dbt_batch_ops._version()
        ~ (" is installed in schema batch_ops." if installed else " was installed in schema batch_ops already.")
    ) -%}
    {%- do dbt_batch_ops._install_shards(servers) -%}
{% endmacro %}
