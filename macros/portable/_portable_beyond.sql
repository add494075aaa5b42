{#-
  Key columns from a position on compared with an end in key order, written out: never a row comparison, which no engine
  prunes files or row groups by.

  Args:
    operator (str): `>` for behind the lower end, `<=` for up to the upper one.
-#}
{% macro _portable_beyond(key, types, position, operator, end) %}
    {%- if position == key | length - 1 -%}
        {{ return(dbt_batch_ops._portable_key_term(key, types, position, operator, end)) }}
    {%- endif -%}
    {{ return(
        "(\n        " ~ dbt_batch_ops._portable_key_term(key, types, position, operator[:1], end)
        ~ "\n        or (" ~ dbt_batch_ops._portable_key_term(key, types, position, "=", end)
        ~ " and " ~ dbt_batch_ops._portable_beyond(key, types, position + 1, operator, end) ~ ")\n    )"
    ) }}
{% endmacro %}
