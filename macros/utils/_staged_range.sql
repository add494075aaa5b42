{#- The range of a step over staged keys: those with the ordinals of the batch. -#}
{% macro _staged_range(key, staged_table) %}
    {%- set columns = [] -%}
    {%- set staged = [] -%}
    {%- for name in key -%}
        {%- do columns.append(dbt_batch_ops._quote(name)) -%}
        {%- do staged.append("staged.key_" ~ loop.index) -%}
    {%- endfor -%}
    {{ return(
        "(" ~ columns | join(", ") ~ ") in (\n        select"
        ~ (" " ~ staged[0] if staged | length == 1 else "\n            " ~ staged | join(",\n            "))
        ~ "\n        from batch_ops." ~ staged_table ~ " as staged"
        ~ "\n        where\n            staged.ordinal > coalesce(($1 ->> 0)::bigint, 0)"
        ~ "\n            and staged.ordinal <= ($2 ->> 0)::bigint\n    )"
    ) }}
{% endmacro %}
