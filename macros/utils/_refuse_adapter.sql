{#- Ends the command on a database that this version does not work on. -#}
{% macro _refuse_adapter() %}
    {%- do dbt_batch_ops._fail(
        "dbt_batch_ops runs on PostgreSQL (dbt-postgres); this target is of type " ~ target.type ~ "."
    ) -%}
{% endmacro %}
