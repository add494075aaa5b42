{#- Drops what an earlier deploy of an operation made: with other arguments it would stay beside the new one. -#}
{% macro _drop_deployed(operation, schema) %}
    {%- set routines = dbt_batch_ops._fetch(
        "select coalesce(jsonb_agg(routines.oid::regprocedure::text), '[]') from pg_catalog.pg_proc as routines "
        ~ "where routines.pronamespace = pg_catalog.to_regnamespace("
        ~ dbt_batch_ops._literal(dbt_batch_ops._quote(schema)) ~ ") "
        ~ "and routines.proname in (" ~ dbt_batch_ops._literal(operation) ~ ", "
        ~ dbt_batch_ops._literal(operation ~ "_in_batches") ~ ") "
        ~ "and pg_catalog.obj_description(routines.oid, 'pg_proc') like "
        ~ dbt_batch_ops._literal("Batch operation " ~ operation ~ ", generated from %")
    ) -%}
    {%- for routine in routines -%}
        {%- do run_query("drop routine " ~ routine) -%}
    {%- endfor -%}
{% endmacro %}
