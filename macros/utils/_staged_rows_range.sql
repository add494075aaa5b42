{#- The range of a step over staged rows: those with the ordinals of the batch. -#}
{% macro _staged_rows_range() %}
    {{ return(
        "source.batch_ordinal > coalesce(($1 ->> 0)::bigint, 0)\n    and source.batch_ordinal <= ($2 ->> 0)::bigint"
    ) }}
{% endmacro %}
