{#-
  Runs a batch's statement on Spark.

  Args:
    statement (str): its text, with `_portable_marker` in its predicate.
    mark (str): the batch's mark (`_portable_mark`).

  What a statement returns there counts rows that were only copied into a new file, so it is not used. On Delta without Sail the
  mark is given as `userMetadata` too, and taken back, or the next fence would carry it (docs/engines.md: not tested).
-#}
{% macro _portable_statement(statement, mark) %}
    {{ return(adapter.dispatch("_portable_statement", "dbt_batch_ops")(statement, mark)) }}
{% endmacro %}

{% macro default___portable_statement(statement, mark) %}
    {%- set has_history = not dbt_batch_ops._portable_is_sail() -%}
    {%- if has_history -%}
        {%- do run_query("set spark.databricks.delta.commitInfo.userMetadata = " ~ mark) -%}
    {%- endif -%}
    {%- do run_query(statement) -%}
    {%- if has_history -%}
        {%- do run_query("reset spark.databricks.delta.commitInfo.userMetadata") -%}
    {%- endif -%}
{% endmacro %}
