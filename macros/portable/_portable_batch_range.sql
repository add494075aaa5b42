{#- The range of a batch as its statement has it. -#}
{% macro _portable_batch_range(plan, step, batch) %}
    {{ return(
        "source.batch_ordinal = 1" if step.source.kind == "once"
        else dbt_batch_ops._portable_range(plan.key, plan.key_types, batch.range_lo, batch.range_hi)
    ) }}
{% endmacro %}
