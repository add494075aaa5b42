{#- The query that has the columns of a step's output, for an empty table of them; none when no later step uses it. -#}
{% macro _output_definition(plan, step, apply) %}
    {%- if not step.has_output -%}
        {{ return(none) }}
    {%- elif step.operation_type == "custom_function" -%}
        {{ return(modules.re.sub("^insert into [^\n]*\n", "", apply)) }}
    {%- endif -%}
    {{ return("select " ~ dbt_batch_ops._output_columns(plan, step) ~ "\nfrom " ~ plan.description.target) }}
{% endmacro %}
