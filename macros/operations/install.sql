{#- Installs or migrates the ledger and the engine. Documented in _macros.yml. -#}
{% macro install() %}
    {{ return(adapter.dispatch("install", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default__install() %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro postgres__install() %}
    {%- set installed = dbt_batch_ops._ensure_installed() -%}
    {%- do dbt_batch_ops._say(
        "dbt_batch_ops " ~ dbt_batch_ops._version()
        ~ (" is installed in schema batch_ops." if installed else " was installed in schema batch_ops already.")
    ) -%}
{% endmacro %}
