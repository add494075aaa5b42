{#- Whether exactly this engine is installed; fails when the ledger belongs to a newer package. -#}
{% macro _is_current(privileges) %}
    {%- if not dbt_batch_ops._fetch("select pg_catalog.to_regnamespace('batch_ops') is not null") -%}
        {{ return(false) }}
    {%- endif -%}
    {%- do dbt_batch_ops._check_ledger_access(privileges) -%}
    {%- if not dbt_batch_ops._fetch("select pg_catalog.to_regclass('batch_ops.installation') is not null") -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set installed = dbt_batch_ops._fetch(
        "select coalesce((select to_jsonb(installation.*) from batch_ops.installation), '{}') || jsonb_build_object("
        ~ "'ledger_version', (select coalesce(max(version), 0) from batch_ops.migrations))"
    ) -%}
    {%- set ours = dbt_batch_ops._version().split(".") | map("int") | list -%}
    {%- set theirs = installed.get("package_version", "0.0.0").split(".") | map("int") | list -%}
    {%- if theirs > ours or installed.ledger_version > dbt_batch_ops._migrations() | length -%}
        {%- do dbt_batch_ops._fail(
            "The ledger in schema batch_ops belongs to dbt_batch_ops " ~ installed.package_version
            ~ " (ledger version " ~ installed.ledger_version ~ "), and this project has "
            ~ dbt_batch_ops._version() ~ " (ledger version " ~ dbt_batch_ops._migrations() | length ~ ").\n"
            ~ "Raise the package's version in packages.yml, then type: dbt deps"
        ) -%}
    {%- endif -%}
    {{ return(
        installed.engine_hash == dbt_batch_ops._engine_hash()
        and installed.ledger_version == dbt_batch_ops._migrations() | length
    ) }}
{% endmacro %}
