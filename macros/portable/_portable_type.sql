{#- The engine's name of a type, where it is not the one that a definition or the ledger uses. -#}
{% macro _portable_type(type) %}
    {{ return(adapter.dispatch("_portable_type", "dbt_batch_ops")(type)) }}
{% endmacro %}

{% macro default___portable_type(type) %}
    {{ return(type) }}
{% endmacro %}

{% macro spark___portable_type(type) %}
    {%- set element = dbt_batch_ops._portable_element(type) -%}
    {{ return(
        "array<" ~ dbt_batch_ops._portable_type(element) ~ ">" if element is not none
        else modules.re.sub("^timestamptz$", "timestamp", type)
    ) }}
{% endmacro %}

{% macro duckdb___portable_type(type) %}
    {{ return(modules.re.sub("^jsonb\\b", "json", type)) }}
{% endmacro %}
