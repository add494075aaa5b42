{#- The steps of a run in the words that the report uses, before anything is done. -#}
{% macro _portable_steps(description) %}
    {%- set steps = [] -%}
    {%- for step in description.steps -%}
        {%- do steps.append({
            "number": loop.index,
            "name": step.name,
            "operation_type": step.operation_type,
            "batch_size": step.batch_size,
            "iterate_by": "range" if step.source.kind == "target" else "rows",
            "source": none,
            "is_open": false,
            "total_records": 0,
            "total_is_exact": true,
            "records": 0,
            "batches": 0,
        }) -%}
    {%- endfor -%}
    {{ return(steps) }}
{% endmacro %}
