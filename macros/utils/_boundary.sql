{#- The $5-th key behind a position, without looking at the condition: an index scan that stops early. -#}
{% macro _boundary(target, key, types, is_sent=false) %}
    {%- set boundary = {} -%}
    {%- for position in ["start", "next"] -%}
        {%- do boundary.update({
            position: "select " ~ dbt_batch_ops._key_array(key) ~ "\nfrom (\n    "
            ~ dbt_batch_ops._select(key, 4) ~ "\n    from " ~ target ~ "\n    "
            ~ dbt_batch_ops._scope(key, types, position, is_sent) | replace("\n", "\n    ")
            ~ "\n    limit 1 offset $5 - 1\n) as boundary"
        }) -%}
    {%- endfor -%}
    {{ return(boundary) }}
{% endmacro %}
