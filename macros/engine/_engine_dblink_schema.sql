{#- batch_ops.dblink_schema: where extension dblink is installed in this database; null when it is not. -#}
{% macro _engine_dblink_schema() %}
create or replace function batch_ops.dblink_schema()
returns name
language sql
stable
as $function$
    select namespaces.nspname
    from pg_catalog.pg_extension as extensions
    inner join pg_catalog.pg_namespace as namespaces on extensions.extnamespace = namespaces.oid
    where extensions.extname = 'dblink'
$function$
{% endmacro %}
