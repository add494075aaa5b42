{#- The range of a step's first batch as a query has it, for showing; `true` where there is none. -#}
{% macro _portable_first_range(plan, step, batch) %}
    {{ return(
        dbt_batch_ops._portable_batch_range(plan, step, {
            "range_lo": fromjson(batch.range_lo) if batch.range_lo is not none else none,
            "range_hi": fromjson(batch.range_hi),
        }) if batch else "true"
    ) }}
{% endmacro %}
