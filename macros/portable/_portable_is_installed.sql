{#- Whether the ledger is there; true only for the version that this package writes. -#}
{% macro _portable_is_installed() %}
    {%- set ledger = dbt_batch_ops._portable_ledger("installation") -%}
    {%- if not dbt_batch_ops._portable_has_ledger() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set version = dbt_batch_ops._portable_value("select max(version) from " ~ ledger) -%}
    {%- if version is not none and version | int > dbt_batch_ops._portable_ledger_version() -%}
        {%- do dbt_batch_ops._fail(
            "The ledger in " ~ ledger.without_identifier() ~ " is of a newer version of dbt_batch_ops ("
            ~ version | int ~ "); this one knows version " ~ dbt_batch_ops._portable_ledger_version()
            ~ ". Raise its revision in packages.yml, then type: dbt deps"
        ) -%}
    {%- endif -%}
    {{ return(version is not none and version | int == dbt_batch_ops._portable_ledger_version()) }}
{% endmacro %}
