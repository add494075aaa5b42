{#- The first rows that a step would change, as a table. Nothing of a column that the spec redacts. -#}
{% macro _portable_show_rows(plan, step) %}
    {%- set columns = (plan.key + step.set_columns + step.read_columns) | unique | reject("in", plan.description.redact) | list -%}
    {%- set quoted = [] -%}
    {%- set order = [] -%}
    {%- for name in columns[:8] -%}
        {%- do quoted.append(adapter.quote(name)) -%}
    {%- endfor -%}
    {%- for name in plan.key -%}
        {%- do order.append(adapter.quote(name)) -%}
    {%- endfor -%}
    {%- set rows = dbt_batch_ops._portable_rows(
        "select " ~ quoted | join(", ") ~ " from " ~ plan.relation ~ " where "
        ~ dbt_batch_ops._portable_statements(plan, step, "true").where ~ "\norder by " ~ order | join(", ") ~ " limit 5"
    ) if quoted else [] -%}
    {%- if rows -%}
        {%- set lines = [columns[:8]] -%}
        {%- for row in rows -%}
            {%- set cells = [] -%}
            {%- for value in row.values() -%}
                {%- do cells.append(("null" if value is none else value | string) | truncate(30, true, "...", 0)) -%}
            {%- endfor -%}
            {%- do lines.append(cells) -%}
        {%- endfor -%}
        {%- do dbt_batch_ops._say(
            "  the first " ~ rows | length ~ ":\n\n    " ~ dbt_batch_ops._table(lines) | replace("\n", "\n    ") ~ "\n"
        ) -%}
    {%- endif -%}
{% endmacro %}
