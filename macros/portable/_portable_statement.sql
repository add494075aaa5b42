{#-
  Runs a batch's statement, and returns how many rows it changed.

  Args:
    relation (Relation): the table that it changes.
    statement (str): its text, with `_portable_marker` in its predicate.
    mark (str): the batch's mark (`_portable_mark`).
    since (int): a version that the table had before the statement.

  On Spark the number is in the table's log: what a statement returns there counts rows that were only copied into a new
  file. A statement that changed no row may be no commit at all; then there are 0. On Delta without Sail the mark is given as
  `userMetadata` too, and taken back, or the next fence would carry it (docs/engines.md: not tested).
-#}
{% macro _portable_statement(relation, statement, mark, since) %}
    {{ return(adapter.dispatch("_portable_statement", "dbt_batch_ops")(relation, statement, mark, since)) }}
{% endmacro %}

{% macro default___portable_statement(relation, statement, mark, since) %}
    {{ return(dbt_batch_ops._portable_value(statement) | int) }}
{% endmacro %}

{% macro spark___portable_statement(relation, statement, mark, since) %}
    {%- set has_history = not dbt_batch_ops._portable_is_sail() -%}
    {%- if has_history -%}
        {%- do run_query("set spark.databricks.delta.commitInfo.userMetadata = " ~ mark) -%}
    {%- endif -%}
    {%- do run_query(statement) -%}
    {%- if has_history -%}
        {%- do run_query("reset spark.databricks.delta.commitInfo.userMetadata") -%}
    {%- endif -%}
    {{ return(dbt_batch_ops._portable_find(relation, mark, since)["records"] or 0) }}
{% endmacro %}
