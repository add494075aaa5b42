{#- The engine's name of a type, where it is not the one that a definition or the ledger uses. -#}
{% macro _portable_type(type) %}
    {{ return(adapter.dispatch("_portable_type", "dbt_batch_ops")(type)) }}
{% endmacro %}

{% macro default___portable_type(type) %}
    {{ return(type) }}
{% endmacro %}

{% macro duckdb___portable_type(type) %}
    {{ return(modules.re.sub("^jsonb\\b", "json", type)) }}
{% endmacro %}
