{#-
  Makes an engine ready to work on a table and to keep the ledger with it; fails when it cannot keep the promise there.

  Args:
    relation (optional[Relation]): the table; none when only the ledger is asked for.

  Sail's catalog lives in the session, and each dbt command is one: a table is attached from the folder that
  `batch_ops_locations` gives. Without columns the statement takes those of the table that is there. Servers with a catalog of
  their own know their tables; there a cast that fails must be an error, not a null (before Spark 4 it was a null unless the
  session asked otherwise).
-#}
{% macro _portable_attach(relation) %}
    {{ return(adapter.dispatch("_portable_attach", "dbt_batch_ops")(relation)) }}
{% endmacro %}

{% macro default___portable_attach(relation) %}
{% endmacro %}

{% macro duckdb___portable_attach(relation) %}
    {#- A transaction of DuckDB writes to one database, and the ledger has to be in it. -#}
    {%- if relation is not none and relation.database and relation.database != target.database -%}
        {%- do dbt_batch_ops._fail(
            relation ~ " is in database " ~ relation.database ~ ", and the ledger in " ~ target.database
            ~ ". A transaction of DuckDB writes to one database only, so the two would not be changed together.\n"
            ~ "Add a target to profiles.yml whose `path` is that database, and type the command with --target."
        ) -%}
    {%- endif -%}
    {%- set found = dbt_batch_ops._portable_rows(
        "select type, path, readonly from duckdb_databases() where database_name = "
        ~ dbt_batch_ops._portable_literal(target.database, "string")
    ) -%}
    {%- set database = found[0] if found else {"type": "unknown", "path": none, "readonly": false} -%}
    {%- if database.type != "duckdb" -%}
        {%- do dbt_batch_ops._fail(
            "Database " ~ target.database ~ " is of type " ~ database.type ~ ". dbt_batch_ops works on a DuckDB file of its own:"
            ~ " its lock keeps a second process away, and data and ledger share its transactions."
        ) -%}
    {%- elif not database.path -%}
        {%- do dbt_batch_ops._fail(
            "Database " ~ target.database ~ " is in memory and ends with this command, and the ledger with it: nothing could be"
            ~ " resumed. Give the target a `path` in profiles.yml."
        ) -%}
    {%- elif database.readonly -%}
        {%- do dbt_batch_ops._fail("Database " ~ target.database ~ " (" ~ database.path ~ ") is attached read-only.") -%}
    {%- endif -%}
{% endmacro %}

{% macro spark___portable_attach(relation) %}
    {%- if not dbt_batch_ops._portable_is_sail() -%}
        {%- do run_query("set spark.sql.ansi.enabled = true") -%}
    {%- elif relation is not none -%}
        {%- do run_query("create schema if not exists " ~ relation.schema) -%}
        {%- if not dbt_batch_ops._portable_attach_table(relation) -%}
            {%- do dbt_batch_ops._fail(
                "There is no Delta table in " ~ dbt_batch_ops._portable_location(relation) ~ ", where " ~ relation
                ~ " should be. Correct batch_ops_locations in dbt_project.yml."
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
