{#- A run's id as an SQL literal; refuses what is none before the database has to. -#}
{% macro _run_id(operation_id) %}
    {%- if not modules.re.fullmatch(
        "[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}", operation_id | string
    ) -%}
        {%- do dbt_batch_ops._fail(
            "operation_id " ~ operation_id ~ " is not the id of a run. To see the runs: "
            ~ "dbt run-operation dbt_batch_ops.status"
        ) -%}
    {%- endif -%}
    {{ return(dbt_batch_ops._literal(operation_id | string) ~ "::uuid") }}
{% endmacro %}
