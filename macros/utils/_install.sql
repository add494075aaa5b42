{#- Applies the migrations that the ledger lacks and creates the engine, in the caller's transaction. -#}
{% macro _install() %}
    {%- set owner = dbt_batch_ops._fetch(
        "select pg_catalog.min(pg_catalog.pg_get_userbyid(nspowner)) from pg_catalog.pg_namespace "
        ~ "where nspname = 'batch_ops'"
    ) -%}
    {%- if owner is not none and not dbt_batch_ops._fetch(
        "select pg_catalog.pg_has_role(current_user, " ~ dbt_batch_ops._literal(owner) ~ ", 'USAGE')"
    ) -%}
        {%- do dbt_batch_ops._fail(
            "The engine in schema batch_ops is not that of dbt_batch_ops " ~ dbt_batch_ops._version() ~ ", and role "
            ~ target.user ~ " may not replace it. Nothing was changed.\nLet its owner, role " ~ owner
            ~ ", run once: dbt run-operation dbt_batch_ops.install"
        ) -%}
    {%- elif owner is none and not dbt_batch_ops._fetch(
        "select pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')"
    ) -%}
        {%- do dbt_batch_ops._fail(
            "Role " ~ target.user ~ " may not create the ledger (schema batch_ops) in database " ~ target.database
            ~ ". Nothing was changed.\nLet a role that may create schemas run once: "
            ~ "dbt run-operation dbt_batch_ops.install\n"
            ~ "or grant it: GRANT CREATE ON DATABASE " ~ dbt_batch_ops._quote(target.database) ~ " TO "
            ~ dbt_batch_ops._quote(target.user)
        ) -%}
    {%- endif -%}
    {%- if owner is none -%}
        {%- do run_query("create schema batch_ops") -%}
    {%- endif -%}
    {%- do run_query(dbt_batch_ops._create_installation()) -%}
    {%- set version = dbt_batch_ops._fetch("select coalesce(max(version), 0) from batch_ops.migrations") -%}
    {%- for migration in dbt_batch_ops._migrations()[version:] -%}
        {%- do run_query(migration.statements) -%}
        {%- do run_query(
            "insert into batch_ops.migrations (version, name) values ("
            ~ (version + loop.index) ~ ", " ~ dbt_batch_ops._literal(migration.name) ~ ")"
        ) -%}
    {%- endfor -%}
    {%- do run_query(dbt_batch_ops._drop_engine()) -%}
    {%- for routine in dbt_batch_ops._engine() -%}
        {%- do run_query(routine) -%}
    {%- endfor -%}
    {%- do run_query(
        "insert into batch_ops.installation (package_version, engine_hash) values ("
        ~ dbt_batch_ops._literal(dbt_batch_ops._version()) ~ ", " ~ dbt_batch_ops._literal(dbt_batch_ops._engine_hash()) ~ ")"
        ~ " on conflict (is_only_row) do update set package_version = excluded.package_version,"
        ~ " engine_hash = excluded.engine_hash, installed_at = clock_timestamp(), installed_by = current_user"
    ) -%}
{% endmacro %}
