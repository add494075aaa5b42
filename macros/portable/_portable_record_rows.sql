{#-
  The query of some records as rows to stage: batch_ordinal, field_1, field_2, ...

  Args:
    rows (list[dict]): the records; a field that one does not have is null.
    before (int): how many come before them.
-#}
{% macro _portable_record_rows(step, types, rows, before) %}
    {%- set lines = [] -%}
    {%- for row in rows -%}
        {%- set values = [dbt_batch_ops._portable_literal(before + loop.index, "bigint")] -%}
        {%- for name in step.fields -%}
            {%- do values.append(dbt_batch_ops._portable_literal(row.get(name), types[loop.index0])) -%}
        {%- endfor -%}
        {%- do lines.append("(" ~ values | join(", ") ~ ")") -%}
    {%- endfor -%}
    {%- set names = ["batch_ordinal"] -%}
    {%- for name in step.fields -%}
        {%- do names.append("field_" ~ loop.index) -%}
    {%- endfor -%}
    {{ return(
        "select " ~ names | join(", ") ~ "\nfrom (values\n    " ~ lines | join(",\n    ") ~ "\n) as given ("
        ~ names | join(", ") ~ ")"
    ) }}
{% endmacro %}
