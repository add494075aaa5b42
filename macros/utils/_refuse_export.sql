{#- Ends the command for a single `select`: its rows go to a file, and only a client can write one. -#}
{% macro _refuse_export(description) %}
    {%- if description.steps | length == 1 and description.steps[0].operation_type == "select" -%}
        {%- do dbt_batch_ops._fail(
            description.operation ~ " selects rows, which go to a file. Type: dbt-batch-ops export "
            ~ description.operation ~ " " ~ description.operation ~ ".csv"
        ) -%}
    {%- endif -%}
{% endmacro %}
