{#- The table an operation changes, when its spec names it directly: by default in the target's own schema. -#}
{% macro target_relation(identifier, schema=none) %}
    {{ return(api.Relation.create(
        database=target.get("database"),
        schema=schema or target.schema,
        identifier=identifier
    )) }}
{% endmacro %}
