{#- Tells the command that started dbt which run it works on, where that is not the one that it chose an id for. -#}
{% macro _name_command(summary) %}
    {%- set chosen = env_var("DBT_BATCH_OPS_OPERATION_ID", "") -%}
    {%- if chosen and chosen != summary.operation_id -%}
        {%- do run_query(
            "select batch_ops.name_command(" ~ dbt_batch_ops._literal(summary.operation_id) ~ "::uuid, "
            ~ dbt_batch_ops._run_id(chosen) ~ ")"
        ) -%}
    {%- endif -%}
{% endmacro %}
