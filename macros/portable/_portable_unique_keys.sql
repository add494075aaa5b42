{#- The keys that the engine's catalog says are unique and not null: {primary: columns or none, unique: [columns, ...]}. -#}
{% macro _portable_unique_keys(relation) %}
    {{ return(adapter.dispatch("_portable_unique_keys", "dbt_batch_ops")(relation)) }}
{% endmacro %}

{% macro default___portable_unique_keys(relation) %}
    {{ return({"primary": none, "unique": []}) }}
{% endmacro %}

{% macro duckdb___portable_unique_keys(relation) %}
    {%- set text = dbt_batch_ops._portable_literal -%}
    {%- set found = dbt_batch_ops._portable_rows(
        "select cast(to_json(constraint_column_names) as varchar) as names from duckdb_constraints()"
        ~ " where constraint_type = 'PRIMARY KEY'"
        ~ " and lower(database_name) = lower(" ~ text(relation.database or target.database, "string")
        ~ ") and lower(schema_name) = lower(" ~ text(relation.schema, "string")
        ~ ") and lower(table_name) = lower(" ~ text(relation.identifier, "string") ~ ")"
    ) -%}
    {%- set primary = fromjson(found[0].names) if found else none -%}
    {{ return({"primary": primary, "unique": [primary] if primary else []}) }}
{% endmacro %}
