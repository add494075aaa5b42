{#-
  The query of rows of a query as rows to stage: batch_ordinal, field_1, field_2, ...

  Args:
    names (list[str]): its columns, in the order of the fields.
    types (list[str]): the types of the fields.
-#}
{% macro _portable_query_rows(names, types, query) %}
    {%- set columns = ["cast(row_number() over () as bigint) as batch_ordinal"] -%}
    {%- for name in names -%}
        {%- do columns.append(
            "cast(given." ~ adapter.quote(name) ~ " as " ~ dbt_batch_ops._portable_type(types[loop.index0])
            ~ ") as field_" ~ loop.index
        ) -%}
    {%- endfor -%}
    {{ return("select\n    " ~ columns | join(",\n    ") ~ "\nfrom (\n" ~ query ~ "\n) as given") }}
{% endmacro %}
