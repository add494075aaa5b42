{#- The query of rows that are given as a query, as rows to stage: batch_ordinal, field_1, field_2, ... -#}
{% macro _portable_query_rows(step, types, query) %}
    {%- set columns = ["cast(row_number() over () as bigint) as batch_ordinal"] -%}
    {%- for name in step.fields -%}
        {%- do columns.append(
            "cast(given." ~ adapter.quote(name) ~ " as " ~ dbt_batch_ops._portable_type(types[loop.index0])
            ~ ") as field_" ~ loop.index
        ) -%}
    {%- endfor -%}
    {{ return("select\n    " ~ columns | join(",\n    ") ~ "\nfrom (\n" ~ query ~ "\n) as given") }}
{% endmacro %}
