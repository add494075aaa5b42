{#- The range of a batch as its statement has it. -#}
{% macro _portable_batch_range(plan, step, batch) %}
    {%- if step.source.kind == "once" -%}
        {{ return("source.batch_ordinal = 1") }}
    {%- elif step.operation_type == "select" -%}
        {{ return("true") }}
    {%- endif -%}
    {%- set walk = dbt_batch_ops._portable_walk(plan, step) -%}
    {{ return(dbt_batch_ops._portable_range(walk.key, walk.types, batch.range_lo, batch.range_hi)) }}
{% endmacro %}
