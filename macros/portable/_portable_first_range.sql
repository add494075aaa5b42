{#- The range of a step's first batch, for showing; `true` where there is none. -#}
{% macro _portable_first_range(plan, step, batch) %}
    {%- if step.source.kind == "once" -%}
        {{ return("source.batch_ordinal = 1") }}
    {%- endif -%}
    {{ return(
        dbt_batch_ops._portable_range(
            plan.key, plan.key_types, fromjson(batch.range_lo) if batch.range_lo is not none else none, fromjson(batch.range_hi)
        ) if batch else "true"
    ) }}
{% endmacro %}
