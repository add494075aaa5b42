{#- What a step goes through, in order: rows of the target by its key, or staged rows by their ordinal: {relation, key, types}. -#}
{% macro _portable_walk(plan, step) %}
    {%- if step.source.kind == "target" -%}
        {{ return({"relation": plan.relation, "key": plan.key, "types": plan.key_types}) }}
    {%- endif -%}
    {{ return({"relation": plan.staged[step.name], "key": ["batch_ordinal"], "types": ["bigint"]}) }}
{% endmacro %}
