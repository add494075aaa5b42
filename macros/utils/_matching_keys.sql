{#- The keys of a range's matching rows, in order, as one array: where a range can be cut. -#}
{% macro _matching_keys(target, key, range, condition) %}
    {{ return(
        "select pg_catalog.array_agg(" ~ dbt_batch_ops._key_array(key) ~ " order by " ~ dbt_batch_ops._columns(key)
        ~ ")\nfrom " ~ target ~ "\nwhere\n    " ~ range ~ "\n    and (\n        " ~ condition ~ "\n    )"
    ) }}
{% endmacro %}
