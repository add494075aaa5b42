{#- The statement that does a batch: its query, with the rows kept for later steps where they are used. -#}
{% macro _apply(plan, step, own) %}
    {%- set query = dbt_batch_ops._batch_query(plan, step, own) -%}
    {%- if not step.has_output -%}
        {{ return(query) }}
    {%- endif -%}
    {%- set output = "batch_ops." ~ plan.outputs[step.name] -%}
    {%- set columns = dbt_batch_ops._output_columns(plan, step) -%}
    {%- if step.operation_type in ["insert", "upsert"] -%}
        {{ return(
            "with written as (\n    " ~ query | replace("\n", "\n    ") ~ "\n)\n\ninsert into " ~ output
            ~ " (" ~ columns ~ ")\nselect " ~ columns ~ "\nfrom written"
        ) }}
    {%- endif -%}
    {{ return("insert into " ~ output ~ (" (" ~ columns ~ ")" if columns else "") ~ "\n" ~ query) }}
{% endmacro %}
