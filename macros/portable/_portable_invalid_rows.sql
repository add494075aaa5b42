{#-
  What is wrong with the staged rows of a step, a line for each row, the first ten, and one for those that come after.

  Beside the spec's rules, a column that may not be null breaks one, where the engine's catalog tells. Nothing of a row itself is
  in it: its values may be nobody's business.
-#}
{% macro _portable_invalid_rows(plan, step, given) %}
    {%- set own = dbt_batch_ops._portable_statements(plan, step, "true") -%}
    {%- set cases = [] -%}
    {%- set terms = [] -%}
    {%- for rule in own.rules -%}
        {%- set holds = "coalesce((\n" ~ rule.sql ~ "\n), false)" -%}
        {%- do terms.append(holds) -%}
        {%- do cases.append("when not " ~ holds ~ " then "
            ~ dbt_batch_ops._portable_literal(rule.text ~ " is not true", "string")) -%}
    {%- endfor -%}
    {%- for name in step.set_columns if plan.columns.get(name | lower, {}).not_null -%}
        {%- do terms.append(adapter.quote(name) ~ " is not null") -%}
        {%- do cases.append("when " ~ adapter.quote(name) ~ " is null then "
            ~ dbt_batch_ops._portable_literal(name ~ " is missing, and may not be null", "string")) -%}
    {%- endfor -%}
    {%- if not terms -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set from_invalid = " from (\n" ~ dbt_batch_ops._numbered_rows(own) ~ "\n) as mapped\nwhere not ("
        ~ terms | join("\n    and ") ~ ")" -%}
    {%- set lines = [] -%}
    {%- for row in dbt_batch_ops._portable_rows(
        "select batch_ordinal, case " ~ cases | join("\n    ") ~ " end as broken" ~ from_invalid ~ "\norder by batch_ordinal limit 10"
    ) -%}
        {%- do lines.append("parameter " ~ step.source.parameter ~ ": row " ~ row.batch_ordinal | int ~ ": " ~ row.broken) -%}
    {%- endfor -%}
    {%- if lines | length == 10 -%}
        {%- set invalid = dbt_batch_ops._portable_value("select count(*)" ~ from_invalid) | int -%}
        {%- do lines.append("{:,}".format(invalid) ~ " of " ~ "{:,}".format(given) ~ " rows are invalid") -%}
    {%- endif -%}
    {{ return(lines) }}
{% endmacro %}
