{#- Ends the command on a database that this version, or this macro, does not work on. -#}
{% macro _refuse_adapter(macro_name=none) %}
    {%- if macro_name is not none and target.type in dbt_batch_ops._portable_engines() -%}
        {%- do dbt_batch_ops._fail(
            "dbt_batch_ops." ~ macro_name ~ " is for PostgreSQL only, and this target is of type " ~ target.type
            ~ ". docs/engines.md says what works there."
        ) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._fail(
        "dbt_batch_ops runs on PostgreSQL (dbt-postgres), DuckDB (dbt-duckdb) and Spark (dbt-spark); this target is of type "
        ~ target.type ~ "."
    ) -%}
{% endmacro %}
