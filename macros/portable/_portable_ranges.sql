{#-
  The query that cuts the rows of a step, of the target or staged, into batches: batch_number, range_lo, range_hi, expected_records.

  One look at the table for all batches. The last range ends with the table's last key, as far as the scope is not capped
  or a list: rows that begin to match while the run is at work are then part of it, as on PostgreSQL.

  Args:
    limit (optional[int]): so many rows at most, the first in key order.
-#}
{% macro _portable_ranges(plan, step, limit) %}
    {%- if step.source.kind == "once" -%}
        {{ return(dbt_batch_ops._portable_one_batch(1)) }}
    {%- endif -%}
    {%- set walk = dbt_batch_ops._portable_walk(plan, step) -%}
    {%- set columns = [] -%}
    {%- set descending = [] -%}
    {%- for name in walk.key -%}
        {%- do columns.append(adapter.quote(name)) -%}
        {%- do descending.append(adapter.quote(name) ~ " desc") -%}
    {%- endfor -%}
    {%- set order = columns | join(", ") -%}
    {%- set end = dbt_batch_ops._portable_key_json(walk.key) -%}
    {%- set last = dbt_batch_ops._portable_value(
        "select " ~ end ~ " from " ~ walk.relation ~ " order by " ~ descending | join(", ") ~ " limit 1"
    ) if limit is none and not step.lists and step.source.kind == "target" else none -%}
    {%- set where = dbt_batch_ops._portable_statements(plan, step, "true").where if step.source.kind == "target" else "true" -%}
    {{ return(
        "select\n    row_number() over (order by row_number) as batch_number,\n"
        ~ "    lag(range_hi) over (order by row_number) as range_lo,\n    range_hi,\n"
        ~ "    row_number - coalesce(lag(row_number) over (order by row_number), 0) as expected_records\nfrom (\n"
        ~ "    select\n        numbered.row_number,\n        "
        ~ ("case when numbered.row_number = numbered.last_number then " ~ dbt_batch_ops._portable_literal(last, "string")
            ~ " else " ~ end ~ " end" if last is not none else end)
        ~ " as range_hi\n    from (\n        select\n            scoped.*,\n            max(scoped.row_number) over () as last_number\n"
        ~ "        from (\n            select\n                " ~ columns | join(",\n                ")
        ~ ",\n                row_number() over (order by " ~ order ~ ") as row_number\n            from " ~ walk.relation
        ~ "\n            where\n                " ~ where | replace("\n", "\n                ")
        ~ "\n        ) as scoped"
        ~ ("\n        where scoped.row_number <= " ~ limit if limit is not none else "")
        ~ "\n    ) as numbered\n    where\n        numbered.row_number % " ~ step.batch_size
        ~ " = 0\n        or numbered.row_number = numbered.last_number\n) as ends"
    ) }}
{% endmacro %}
