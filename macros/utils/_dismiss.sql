{#- Closes this session's connections to workers; those in the middle of a batch finish their slice, and end. -#}
{% macro _dismiss(crew) %}
    {%- for connection in crew.connections -%}
        {%- do run_query("select batch_ops.disconnect_worker(" ~ dbt_batch_ops._literal(connection.name) ~ ")") -%}
    {%- endfor -%}
{% endmacro %}
