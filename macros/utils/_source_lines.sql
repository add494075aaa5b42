{#- What became of the rows that a step was given and does not work on, a line for each kind. -#}
{% macro _source_lines(step) %}
    {%- set lines = [] -%}
    {%- set source = step.source or {} -%}
    {%- set given = "{:,}".format(source.given or 0) -%}
    {%- if source.duplicates -%}
        {%- do lines.append("{:,}".format(source.duplicates) ~ " of " ~ given ~ " values of " ~ source.parameter ~ " were given before") -%}
    {%- endif -%}
    {%- if source.nulls -%}
        {%- do lines.append("{:,}".format(source.nulls) ~ " of " ~ given ~ " values of " ~ source.parameter ~ " are null") -%}
    {%- endif -%}
    {%- if source.unknown -%}
        {%- do lines.append(
            "{:,}".format(source.unknown) ~ " of " ~ given ~ " values of " ~ source.parameter
            ~ " are not in the table: " ~ source.unknown_sample[:3] | join(", ")
            ~ (", ..." if source.unknown > 3 else "")
        ) -%}
    {%- endif -%}
    {%- if source.invalid -%}
        {%- do lines.append("{:,}".format(source.invalid) ~ " of " ~ given ~ " rows are invalid and left out; see batch_ops.errors") -%}
    {%- endif -%}
    {%- if source.superseded -%}
        {%- do lines.append("{:,}".format(source.superseded) ~ " of " ~ given ~ " rows are replaced by a later row with the same key") -%}
    {%- endif -%}
    {%- if source.left_out -%}
        {%- do lines.append("{:,}".format(source.left_out) ~ " of " ~ given ~ " rows are left out: max_records") -%}
    {%- endif -%}
    {%- if source.is_row_by_row -%}
        {%- do lines.append(
            "the server cannot compute all of its statement (NOW(), a function of your own, ...), so its rows are fetched and "
            ~ "written back one by one; :run_started_at is a value, and is sent"
        ) -%}
    {%- endif -%}
    {%- if source.limited -%}
        {%- do lines.append("more rows match; this run changes the first " ~ "{:,}".format(step.total_records) ~ ": max_records") -%}
    {%- endif -%}
    {{ return(lines) }}
{% endmacro %}
