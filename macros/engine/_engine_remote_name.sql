{#-
  batch_ops.remote_name: what a foreign table is called on its server: schema and table, and its columns in the order asked.
-#}
{% macro _engine_remote_name() %}
create or replace function batch_ops.remote_name(
    p_table regclass,
    p_columns text[],
    out schema_name text,
    out table_name text,
    out columns text[]
)
language sql
stable
as $function$
    select
        coalesce(
            (
                select options.option_value from pg_catalog.pg_options_to_table(foreign_tables.ftoptions) as options
                where options.option_name = 'schema_name'
            ),
            namespaces.nspname
        ),
        coalesce(
            (
                select options.option_value from pg_catalog.pg_options_to_table(foreign_tables.ftoptions) as options
                where options.option_name = 'table_name'
            ),
            classes.relname
        ),
        array(
            select coalesce(
                (
                    select options.option_value from pg_catalog.pg_options_to_table(attributes.attfdwoptions) as options
                    where options.option_name = 'column_name'
                ),
                named.name
            )
            from pg_catalog.unnest(p_columns) with ordinality as named (name, position)
            left join pg_catalog.pg_attribute as attributes
                on attributes.attrelid = p_table and attributes.attname = named.name
            order by named.position
        )
    from pg_catalog.pg_foreign_table as foreign_tables
    inner join pg_catalog.pg_class as classes on foreign_tables.ftrelid = classes.oid
    inner join pg_catalog.pg_namespace as namespaces on classes.relnamespace = namespaces.oid
    where foreign_tables.ftrelid = p_table
$function$
{% endmacro %}
