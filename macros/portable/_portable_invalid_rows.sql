{#-
  The query of the staged rows of a step that are invalid: batch_ordinal and broken, which says why; none where nothing is asked.

  Beside the spec's rules, a column that may not be null breaks one, where the engine's catalog tells. Nothing of a row itself is
  in it: its values may be nobody's business.

  Args:
    unread (optional[str]): the query of rows with a value that could not be converted; they break no further rule.
-#}
{% macro _portable_invalid_rows(plan, step, unread) %}
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
        {{ return(unread) }}
    {%- endif -%}
    {%- set broken = "select mapped.batch_ordinal, case " ~ cases | join("\n    ") ~ " end as broken from (\n"
        ~ dbt_batch_ops._numbered_rows(own) ~ "\n) as mapped\nwhere not (" ~ terms | join("\n    and ") ~ ")" -%}
    {%- if unread is none -%}
        {{ return(broken) }}
    {%- endif -%}
    {{ return(
        unread ~ "\nunion all\n" ~ broken ~ "\n    and mapped.batch_ordinal not in (select unread.batch_ordinal from (\n" ~ unread
        ~ "\n) as unread)"
    ) }}
{% endmacro %}
