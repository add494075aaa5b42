{#- What an operation asks for that only PostgreSQL has, so that it is refused before anything happens. -#}
{% macro _portable_refusals(description) %}
    {%- set problems = [] -%}
    {%- set only = " has PostgreSQL only, and this target is of type " ~ target.type -%}
    {%- if description.steps | length == 1 and description.steps[0].operation_type == "select" -%}
        {%- do problems.append("a `select` writes its rows to a file; exports" ~ only) -%}
    {%- endif -%}
    {%- if description.error_handling == "rollback_on_any_error" -%}
        {%- do problems.append(
            "`error_handling: rollback_on_any_error` asks for one transaction over all batches, and here each batch is"
            ~ " committed; say `stop_on_error`, and go on with the run after a failure"
        ) -%}
    {%- endif -%}
    {%- for step in description.steps -%}
        {%- set where = "step " ~ step.name ~ ": " if description.steps | length > 1 else "" -%}
        {%- if step.operation_type == "custom_function" -%}
            {%- do problems.append(where ~ "functions (`custom_function`)" ~ only) -%}
        {%- elif step.operation_type == "select" and description.steps | length > 1 -%}
            {%- do problems.append(where ~ "rows that one step selects for a later one" ~ only) -%}
        {%- elif step.source.kind not in ["target", "once"] -%}
            {%- do problems.append(where ~ "rows from " ~ {
                "records": "records", "csv": "a CSV file", "list": "a list", "output": "an earlier step"
            }.get(step.source.kind, step.source.kind) ~ only) -%}
        {%- elif step.operation_type in ["insert", "upsert"] and step.source.kind == "target" -%}
            {%- do problems.append(where ~ "copying rows of a table into itself" ~ only) -%}
        {%- endif -%}
        {%- if step.outputs -%}
            {%- do problems.append(
                where ~ step.outputs.keys() | join(", ") ~ ": values from an earlier step" ~ only
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(problems | unique | list) }}
{% endmacro %}
