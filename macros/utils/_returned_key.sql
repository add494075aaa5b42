{#- The key's columns behind RETURNING; an upsert calls its table `target`. -#}
{% macro _returned_key(step, key) %}
    {%- set columns = [] -%}
    {%- for name in key -%}
        {%- do columns.append(("target." if step.operation_type == "upsert" else "") ~ dbt_batch_ops._quote(name)) -%}
    {%- endfor -%}
    {{ return(columns | join(", ")) }}
{% endmacro %}
