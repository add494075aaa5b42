{#-
  How each field of a step's rows is read, typed by what it meets: {field: SQL}.

  A field that a CSV file does not have is added to `problems`.
-#}
{% macro _row_fields(plan, step, problems) %}
    {%- set fields = {} -%}
    {%- set described = plan.live.steps[step.name].fields -%}
    {%- for field, live in described.items() -%}
        {%- if step.source.kind == "records" or (
            step.source.kind == "output" and plan.live.steps[step.source.step].function.returns == "jsonb"
        ) -%}
            {%- do fields.update({field: live.in_record}) -%}
        {%- elif step.source.kind == "output" -%}
            {%- do fields.update({field: "source." ~ dbt_batch_ops._quote(field)}) -%}
        {%- elif step.source.kind == "csv" -%}
            {%- set source = plan.sources.get(step.source.parameter, {}) -%}
            {%- set columns = source.get("columns") or [] -%}
            {%- set position = modules.re.fullmatch("csv_column_(\\d+)", field) -%}
            {%- set number = (columns.index(field) + 1) if field in columns else (
                position.group(1) | int if position else 0
            ) -%}
            {%- if number == 0 or number > source.get("column_count", 0) -%}
                {%- do problems.append(
                    source.get("file_name", "the file") ~ " has no column " ~ field ~ "; "
                    ~ ("its columns are: " ~ columns | join(", ") if columns else
                        "it has " ~ source.get("column_count", 0) ~ " columns")
                ) if "column_count" in source -%}
            {%- else -%}
                {%- do fields.update({
                    field: "source.csv_" ~ number ~ ("" if live.type == "text" else "::" ~ live.type)
                }) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(fields) }}
{% endmacro %}
