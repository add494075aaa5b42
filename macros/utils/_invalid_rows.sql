{#- The first invalid rows of an input, with the rule that each broke, and what to do. -#}
{% macro _invalid_rows(refusal) %}
    {%- set items = [] -%}
    {%- for row in refusal.rows -%}
        {%- do items.append(
            ("line " ~ row.source_line if row.source_line is not none else "row " ~ row.row_number) ~ ": " ~ row.error_message
            ~ "   " ~ tojson(row.source_row) | truncate(100, true)
        ) -%}
    {%- endfor -%}
    {%- set more = refusal.invalid - items | length -%}
    {%- if more > 0 -%}
        {%- do items.append("... and " ~ "{:,}".format(more) ~ " more") -%}
    {%- endif -%}
    {{ return(
        dbt_batch_ops._bullets(
            "{:,}".format(refusal.invalid) ~ " of " ~ "{:,}".format(refusal.given) ~ " rows are invalid"
            ~ (", and max_errors is " ~ "{:,}".format(refusal.max_errors) if refusal.max_errors is not none else "") ~ ":",
            items
        )
        ~ "\nMend them, " ~ (
            "or raise max_errors in the spec." if refusal.max_errors is not none
            else "or say `skip_invalid_rows: true` in the spec to leave such rows out."
        )
    ) }}
{% endmacro %}
