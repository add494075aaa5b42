{#- Whether the ledger has what the tests read: it is there since version 5. An older one is told of, and passes. -#}
{% macro _has_ledger(migrations) %}
    {%- set needed = 5 -%}
    {%- if not dbt_batch_ops._exists([migrations]) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set version = dbt_batch_ops._fetch("select coalesce(max(version), 0) from " ~ migrations) -%}
    {%- if version < needed -%}
        {%- do dbt_batch_ops._say(
            model.name ~ " has looked at nothing: the ledger has version " ~ version ~ " and the test needs " ~ needed
            ~ ". Type: dbt run-operation dbt_batch_ops.install"
        ) -%}
    {%- endif -%}
    {{ return(version >= needed) }}
{% endmacro %}
