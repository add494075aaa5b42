{#- Every $5-th key among the next $6 behind a position, as one array: the boundaries of several small batches. -#}
{% macro _boundaries(target, key, types, is_sent=false) %}
    {%- set columns = dbt_batch_ops._columns(key) -%}
    {%- set boundaries = {} -%}
    {%- for position in ["start", "next"] -%}
        {%- do boundaries.update({
            position: "select pg_catalog.array_agg(" ~ dbt_batch_ops._key_array(key) ~ " order by row_number)"
            ~ "\nfrom (\n    select\n        " ~ columns | replace(", ", ",\n        ")
            ~ ",\n        pg_catalog.row_number() over (order by " ~ columns ~ ") as row_number"
            ~ "\n    from (\n        " ~ dbt_batch_ops._select(key, 8) ~ "\n        from " ~ target ~ "\n        "
            ~ dbt_batch_ops._scope(key, types, position, is_sent) | replace("\n", "\n        ")
            ~ "\n        limit $6\n    ) as scanned\n) as numbered\nwhere row_number % $5 = 0"
        }) -%}
    {%- endfor -%}
    {{ return(boundaries) }}
{% endmacro %}
