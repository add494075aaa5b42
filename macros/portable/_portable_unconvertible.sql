{#- The query that finds the first of some texts that is no value of a type. -#}
{% macro _portable_unconvertible(texts, type) %}
    {{ return(adapter.dispatch("_portable_unconvertible", "dbt_batch_ops")(texts, type)) }}
{% endmacro %}

{% macro default___portable_unconvertible(texts, type) %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro spark___portable_unconvertible(texts, type) %}
    {{ return(
        "select given.value from (select explode(" ~ dbt_batch_ops._portable_literal(texts, "string[]")
        ~ ") as value) as given where given.value is not null and try_cast(given.value as "
        ~ ("decimal(38, 10)" if dbt_batch_ops._portable_is_any_decimal(type) else dbt_batch_ops._portable_type(type))
        ~ ") is null limit 1"
    ) }}
{% endmacro %}

{% macro duckdb___portable_unconvertible(texts, type) %}
    {{ return(
        "select given.value from (select unnest(" ~ dbt_batch_ops._portable_literal(texts, "string[]")
        ~ ") as value) as given where given.value is not null and try_cast(given.value as "
        ~ ("decimal(38, 10)" if dbt_batch_ops._portable_is_any_decimal(type) else dbt_batch_ops._portable_type(type))
        ~ ") is null limit 1"
    ) }}
{% endmacro %}
