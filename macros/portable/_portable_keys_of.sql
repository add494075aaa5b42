{#- The keys of a batch in words. -#}
{% macro _portable_keys_of(batch) %}
    {{ return(
        "keys " ~ ("after " ~ tojson(batch.range_lo) ~ " " if batch.range_lo is not none else "") ~ "up to " ~ tojson(batch.range_hi)
    ) }}
{% endmacro %}
