{#-
  batch_ops.shard_servers: the servers of postgres_fdw that hold partitions of tables here, or those that were named.

  Returns {servers, unknown, known}: unknown are the named ones that are none, or that this role may not use.
-#}
{% macro _engine_shard_servers() %}
create or replace function batch_ops.shard_servers(p_named jsonb)
returns jsonb
language sql
stable
as $function$
    with known as (
        select servers.oid, servers.srvname::text as name
        from pg_catalog.pg_foreign_server as servers
        inner join pg_catalog.pg_foreign_data_wrapper as wrappers on servers.srvfdw = wrappers.oid
        where wrappers.fdwname = 'postgres_fdw' and pg_catalog.has_server_privilege(servers.oid, 'USAGE')
    ),

    named as (
        select names.name
        from pg_catalog.jsonb_array_elements_text(nullif(p_named, 'null'::jsonb)) as names (name)
    ),

    wanted as (
        select known.name
        from known
        where
            known.name in (select named.name from named)
            or (
                nullif(p_named, 'null'::jsonb) is null
                and exists (
                    select 1 from pg_catalog.pg_foreign_table as tables
                    inner join pg_catalog.pg_class as classes on tables.ftrelid = classes.oid
                    where tables.ftserver = known.oid and classes.relispartition
                )
            )
    )

    select pg_catalog.jsonb_build_object(
        'servers', (select coalesce(pg_catalog.jsonb_agg(wanted.name order by wanted.name), '[]') from wanted),
        'unknown', (
            select coalesce(pg_catalog.jsonb_agg(named.name), '[]')
            from named
            where named.name not in (select known.name from known)
        ),
        'known', (select coalesce(pg_catalog.jsonb_agg(known.name order by known.name), '[]') from known)
    )
$function$
{% endmacro %}
