{#-
  The query that says of each row which rules it breaks: batch_ordinal and broken (text[]).

  Beside the spec's rules, a column that may not be null and a text that is too long for its column break one. Every
  value is also converted to its column's type: one that cannot be fails the query, and `batch_ops.find_invalid`
  looks for it. The array is built only for rows that break something: most break nothing.
-#}
{% macro _check_rows(plan, step, own) %}
    {%- set rules = [] -%}
    {%- set converted = dbt_batch_ops._conversions(plan, step).values() | list -%}
    {%- if step.source.kind == "records" -%}
        {%- do rules.append({"text": "not a record with names and values", "sql": "batch_row_is_record"}) -%}
    {%- endif -%}
    {%- for rule in own.rules -%}
        {%- do rules.append({"text": rule.text ~ " is not true", "sql": "(\n                " ~ rule.sql ~ "\n            )"}) -%}
    {%- endfor -%}
    {%- for name in step.set_columns if name in plan.live.columns -%}
        {%- set column = plan.live.columns[name] -%}
        {%- set value = dbt_batch_ops._quote(name) -%}
        {%- if column.not_null -%}
            {%- do rules.append({"text": name ~ " is missing, and may not be null", "sql": "(" ~ value ~ " is not null)"}) -%}
        {%- endif -%}
        {%- if column.max_length -%}
            {%- do rules.append({
                "text": name ~ " is longer than " ~ column.max_length ~ " characters",
                "sql": "coalesce(pg_catalog.char_length(" ~ value ~ "::text) <= " ~ column.max_length ~ ", true)",
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set cases = [] -%}
    {%- set terms = ["pg_catalog.num_nulls(\n            " ~ converted | join(",\n            ") ~ "\n        ) >= 0"] -%}
    {%- for rule in rules -%}
        {%- do terms.append(rule.sql | replace("\n        ", "\n    ")) -%}
        {%- do cases.append(
            "case\n            when " ~ rule.sql ~ " is not true\n                then "
            ~ dbt_batch_ops._literal(rule.text) ~ "\n        end"
        ) -%}
    {%- endfor -%}
    {{ return(
        "select\n    batch_ordinal,\n    pg_catalog.array_remove(array[\n        " ~ cases | join(",\n        ")
        ~ "\n    ]::text[], null) as broken\nfrom (\n    "
        ~ dbt_batch_ops._numbered_rows(
            own, "pg_catalog.jsonb_typeof(source.record) = 'object' as batch_row_is_record"
            if step.source.kind == "records" else none
        ) | replace("\n", "\n    ")
        ~ "\n) as mapped\nwhere\n    (\n        " ~ terms | join("\n        and ") ~ "\n    ) is not true"
    ) }}
{% endmacro %}
