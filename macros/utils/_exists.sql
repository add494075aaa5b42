{#- Whether all of these relations are in the database; a role without any right on their schema is told the truth too. -#}
{% macro _exists(relations) %}
    {%- set names = [] -%}
    {%- for relation in relations -%}
        {%- do names.append(
            "(" ~ dbt_batch_ops._literal(relation.schema) ~ ", " ~ dbt_batch_ops._literal(relation.identifier) ~ ")"
        ) -%}
    {%- endfor -%}
    {{ return(dbt_batch_ops._fetch(
        "select count(*) = " ~ relations | length ~ " from pg_catalog.pg_class as classes "
        ~ "inner join pg_catalog.pg_namespace as schemas on schemas.oid = classes.relnamespace "
        ~ "where (schemas.nspname, classes.relname) in (" ~ names | join(", ") ~ ")"
    )) }}
{% endmacro %}
