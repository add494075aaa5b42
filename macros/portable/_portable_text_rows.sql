{#- The query of the rows of a CSV file as rows to stage: batch_ordinal, and field_1, field_2, ... as text. -#}
{% macro _portable_text_rows(csv) %}
    {%- set columns = ["cast(row_number() over () as bigint) as batch_ordinal"] -%}
    {%- for name in csv.columns -%}
        {%- do columns.append(
            "cast(given." ~ adapter.quote(name) ~ " as " ~ dbt_batch_ops._portable_type("string") ~ ") as field_" ~ loop.index
        ) -%}
    {%- endfor -%}
    {{ return("select\n    " ~ columns | join(",\n    ") ~ "\nfrom (\n" ~ csv.rows ~ "\n) as given") }}
{% endmacro %}
