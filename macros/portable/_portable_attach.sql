{#- Makes an engine ready to work on a table and to keep the ledger with it; fails when it cannot keep the promise there. -#}
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
