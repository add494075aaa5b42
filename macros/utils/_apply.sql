{#-
  The statement that does a batch: the operation's own, with its rows kept for later steps where they are used.

  Rows come in key order, and a function's JSON as one row for each element.
-#}
{% macro _apply(plan, step, statements, range, binding, staged) %}
    {%- set apply = statements(dbt_batch_ops._fragments(plan, step, range, binding, staged)).apply -%}
    {%- if step.operation_type == "select" -%}
        {%- set apply = apply ~ "\norder by " ~ dbt_batch_ops._columns(plan.live.key) -%}
    {%- elif step.operation_type == "custom_function" and step.has_output
        and plan.live.steps[step.name].function.returns == "jsonb" -%}
        {%- set apply = dbt_batch_ops._elements_of(apply) -%}
    {%- endif -%}
    {%- if not step.has_output or binding == "settings" -%}
        {{ return(apply) }}
    {%- endif -%}
    {%- set output = "batch_ops." ~ plan.outputs[step.name] -%}
    {%- set columns = dbt_batch_ops._output_columns(plan, step) -%}
    {%- if step.operation_type in ["insert", "upsert"] -%}
        {{ return(
            "with written as (\n    " ~ apply | replace("\n", "\n    ") ~ "\n)\n\ninsert into " ~ output
            ~ " (" ~ columns ~ ")\nselect " ~ columns ~ "\nfrom written"
        ) }}
    {%- endif -%}
    {{ return("insert into " ~ output ~ (" (" ~ columns ~ ")" if columns else "") ~ "\n" ~ apply) }}
{% endmacro %}
