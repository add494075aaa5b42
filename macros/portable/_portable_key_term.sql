{#- One key column compared with an end of a range: `"id" > cast('5' as bigint)`. -#}
{% macro _portable_key_term(key, types, position, operator, end) %}
    {{ return(
        adapter.quote(key[position]) ~ " " ~ operator ~ " " ~ dbt_batch_ops._portable_literal(end[position], types[position])
    ) }}
{% endmacro %}
