{#- Appends one row to a table of the ledger; columns that are not named are null. -#}
{% macro _portable_insert(table, row) %}
    {%- set columns = dbt_batch_ops._portable_ledger_columns()[table] -%}
    {%- set values = [] -%}
    {%- for name in row -%}
        {%- do values.append(dbt_batch_ops._portable_literal(row[name], columns[name])) -%}
    {%- endfor -%}
    {%- do run_query(
        "insert into " ~ dbt_batch_ops._portable_ledger(table) ~ " (" ~ row.keys() | join(", ") ~ ") values ("
        ~ values | join(", ") ~ ")"
    ) -%}
{% endmacro %}
