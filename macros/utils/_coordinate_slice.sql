{#- One time slice of a run that others work on: they are fed and watched; returns its state. -#}
{% macro _coordinate_slice(summary, crew) %}
    {%- set carried = {} -%}
    {%- for name in ["connections", "crew", "since", "ending_since", "alone_since"] if name in crew -%}
        {%- do carried.update({name: crew[name]}) -%}
    {%- endfor -%}
    {{ return(dbt_batch_ops._fetch(
        "call batch_ops.coordinate(" ~ dbt_batch_ops._literal(summary.operation_id) ~ "::uuid, "
        ~ dbt_batch_ops._slice_interval() ~ ", " ~ dbt_batch_ops._json(carried) ~ ")"
    )) }}
{% endmacro %}
