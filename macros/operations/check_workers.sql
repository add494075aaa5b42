{#- Tries whether run-operation can have workers in the database, and says what to set up. Documented in _macros.yml. -#}
{% macro check_workers() %}
    {{ return(adapter.dispatch("check_workers", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default__check_workers() %}
    {%- do dbt_batch_ops._refuse_adapter("check_workers") -%}
{% endmacro %}

{% macro postgres__check_workers() %}
    {%- do dbt_batch_ops._ensure_installed(privileges=["SELECT"]) -%}
    {%- set server = dbt_batch_ops._setting("batch_ops_worker_server") -%}
    {%- set tried = dbt_batch_ops._fetch(
        "select to_jsonb(tried.*) || jsonb_build_object("
        ~ "'role', current_user, 'port', current_setting('port'), 'is_open', tried.pid is not null"
        ~ ") from batch_ops.connect_worker('batch_ops check', " ~ dbt_batch_ops._literal(server) ~ ") as tried"
    ) -%}
    {%- if tried.is_open -%}
        {%- do run_query("select batch_ops.disconnect_worker('batch_ops check')") -%}
        {%- do dbt_batch_ops._say(
            "Role " ~ tried.role ~ " can have workers in database " ~ target.database ~ ": a session was opened with dblink."
        ) -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set role = dbt_batch_ops._quote(tried.role) -%}
    {%- do dbt_batch_ops._fail(
        "Role " ~ tried.role ~ " can have no workers in database " ~ target.database ~ ": " ~ tried.problem ~ "."
        ~ ("\n  " ~ tried.advice if tried.advice else "")
        ~ "\nWhat it takes, once, in psql by a role that may do it (docs/parallel.md says more):"
        ~ "\n  create extension if not exists dblink;"
        ~ "\n  create server if not exists " ~ dbt_batch_ops._quote(server) ~ " foreign data wrapper dblink_fdw"
        ~ "\n    options (host 'localhost', port '" ~ tried.port ~ "', dbname '" ~ target.database | replace("'", "''") ~ "');"
        ~ "\n  grant usage on foreign server " ~ dbt_batch_ops._quote(server) ~ " to " ~ role ~ ";"
        ~ "\n  \\prompt 'password: ' password"
        ~ "\n  create user mapping for " ~ role ~ " server " ~ dbt_batch_ops._quote(server)
        ~ "\n    options (user '" ~ tried.role | replace("'", "''") ~ "', password :'password');"
    ) -%}
{% endmacro %}
