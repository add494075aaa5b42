{#- What is wrong with the rows that a step is given: a line for each of the first ten, and how many there are. -#}
{% macro _portable_invalid_lines(plan, source, invalid) %}
    {%- set most = plan.description.max_errors if plan.description.skip_invalid_rows else none -%}
    {%- set lines = [] -%}
    {%- for row in dbt_batch_ops._portable_rows(
        "select invalid.batch_ordinal, invalid.broken from (\n" ~ invalid ~ "\n) as invalid\norder by invalid.batch_ordinal limit 10"
    ) -%}
        {%- do lines.append("parameter " ~ source.parameter ~ ": row " ~ row.batch_ordinal | int ~ ": " ~ row.broken) -%}
    {%- endfor -%}
    {%- if source.invalid > lines | length or most is not none -%}
        {%- do lines.append(
            "{:,}".format(source.invalid) ~ " of " ~ "{:,}".format(source.given) ~ " rows are invalid"
            ~ (", and max_errors is " ~ "{:,}".format(most) if most is not none else "")
        ) -%}
    {%- endif -%}
    {{ return(lines) }}
{% endmacro %}
