{#- Creates the ledger when it is missing; true when it did. Killed in between, the next one finds it half there and goes on. -#}
{% macro _portable_ensure_installed() %}
    {%- if dbt_batch_ops._portable_is_installed() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_begin() -%}
    {%- do dbt_batch_ops._portable_create_ledger() -%}
    {%- do dbt_batch_ops._portable_create_views() -%}
    {%- do dbt_batch_ops._portable_insert("installation", {
        "version": dbt_batch_ops._portable_ledger_version(),
        "package_version": dbt_batch_ops._version(),
        "installed_at": dbt_batch_ops._portable_now(),
    }) -%}
    {%- do dbt_batch_ops._portable_commit() -%}
    {{ return(true) }}
{% endmacro %}
