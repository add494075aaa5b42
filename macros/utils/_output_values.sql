{#- The query for one column of an earlier step's rows. -#}
{% macro _output_values(plan, output, column) %}
    {%- set table = "batch_ops." ~ plan.outputs[output.step] ~ " as output" -%}
    {%- if plan.live.steps[output.step].function.returns == "jsonb" -%}
        {{ return(
            "select (output.record ->> " ~ dbt_batch_ops._literal(output.field or column) ~ ")"
            ~ ("::" ~ plan.live.columns[column].type if column in plan.live.columns else "") ~ " from " ~ table
        ) }}
    {%- endif -%}
    {{ return("select output." ~ dbt_batch_ops._quote(output.field or "called") ~ " from " ~ table) }}
{% endmacro %}
