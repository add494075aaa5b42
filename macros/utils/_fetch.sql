{#-
  Runs one statement and returns its single value (JSON objects and lists as such), or none.

  One statement for each `run_query`: several in one string would share a transaction, and a CALL that commits
  inside could then not run (measured on dbt-postgres 1.9 and 1.11; integration_tests/commands/test_dbt_transactions.py).
-#}
{% macro _fetch(sql) %}
    {%- set table = run_query(sql) -%}
    {%- set values = table.columns[0].values() if table is not none and table.columns | length > 0 else [] -%}
    {%- set value = values[0] if values | length > 0 else none -%}
    {{ return(fromjson(value) if value is string and value[:1] in ["{", "["] else value) }}
{% endmacro %}
