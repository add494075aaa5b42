{#- The query that finds the first of some texts that is no value of a type. -#}
{% macro _portable_unconvertible(texts, type) %}
    {{ return(
        "select given.value from (select " ~ dbt_batch_ops._portable_elements(dbt_batch_ops._portable_literal(texts, "string[]"))
        ~ " as value) as given where given.value is not null and "
        ~ dbt_batch_ops._portable_try_cast("given.value", type) ~ " is null limit 1"
    ) }}
{% endmacro %}
