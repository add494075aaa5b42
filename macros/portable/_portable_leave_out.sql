{#- Records the invalid rows of a step in the ledger, each with what is wrong, and takes them out of its staged rows. -#}
{% macro _portable_leave_out(run, number, table, invalid) %}
    {%- set errors = dbt_batch_ops._portable_ledger("errors") -%}
    {%- set columns = dbt_batch_ops._portable_ledger_columns().errors -%}
    {%- set text = dbt_batch_ops._portable_literal -%}
    {%- set row = {
        "operation_id": run.operation_id, "step_number": number, "happened_at": dbt_batch_ops._portable_now(), "token": run.token
    } -%}
    {%- set values = [] -%}
    {%- for name, type in columns.items() -%}
        {%- do values.append({"row_number": "invalid.batch_ordinal", "error_message": "invalid.broken"}.get(
            name, text(row.get(name), type)
        ) ~ " as " ~ name) -%}
    {%- endfor -%}
    {%- do run_query(
        "insert into " ~ errors ~ " (" ~ columns | join(", ") ~ ")\nselect\n    " ~ values | join(",\n    ") ~ "\nfrom (\n"
        ~ invalid ~ "\n) as invalid"
    ) -%}
    {%- do dbt_batch_ops._portable_take_out(
        table,
        "select row_number as batch_ordinal from " ~ errors ~ " where operation_id = " ~ text(run.operation_id, "string")
        ~ " and step_number = " ~ number ~ " and token = " ~ text(run.token, "string")
    ) -%}
{% endmacro %}
