{#- Appends one row to a table of the ledger; what is not given is null. All columns are written: Sail asks for them. -#}
{% macro _portable_insert(table, row) %}
    {%- set columns = dbt_batch_ops._portable_ledger_columns()[table] -%}
    {%- set values = [] -%}
    {%- for name, type in columns.items() -%}
        {%- do values.append(dbt_batch_ops._portable_literal(row.get(name), type)) -%}
    {%- endfor -%}
    {%- do run_query(
        "insert into " ~ dbt_batch_ops._portable_ledger(table) ~ " (" ~ columns | join(", ") ~ ") values ("
        ~ values | join(", ") ~ ")"
    ) -%}
{% endmacro %}
