{#- The query that makes one batch of all rows of a step, none where there are none: a select is done when its step is opened. -#}
{% macro _portable_one_batch(records) %}
    {{ return(
        "select 1 as batch_number, cast(null as " ~ dbt_batch_ops._portable_type("string") ~ ") as range_lo, '[\"" ~ records
        ~ "\"]' as range_hi, " ~ records ~ " as expected_records" ~ (" where false" if records == 0 else "")
    ) }}
{% endmacro %}
