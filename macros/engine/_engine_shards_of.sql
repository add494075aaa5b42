{#-
  batch_ops.shards_of: the leaf partitions of a table of which at least one is on another server, or a foreign table itself;
  no rows for a table that is all here. server is null for a leaf that is here.
-#}
{% macro _engine_shards_of() %}
create or replace function batch_ops.shards_of(p_target regclass)
returns table (leaf regclass, server name, wrapper name)
language sql
stable
as $function$
    with leaves as (
        select tree.relid::regclass as leaf
        from pg_catalog.pg_partition_tree(p_target) as tree
        where tree.isleaf
        union
        -- A foreign table that is no partition is in no tree.
        select p_target
        from pg_catalog.pg_class as classes
        where classes.oid = p_target and classes.relkind = 'f'
    )

    select leaves.leaf, servers.srvname, wrappers.fdwname
    from leaves
    left join pg_catalog.pg_foreign_table as foreign_tables on leaves.leaf = foreign_tables.ftrelid
    left join pg_catalog.pg_foreign_server as servers on foreign_tables.ftserver = servers.oid
    left join pg_catalog.pg_foreign_data_wrapper as wrappers on servers.srvfdw = wrappers.oid
    where exists (
        select 1 from leaves as others
        inner join pg_catalog.pg_foreign_table as foreign_tables on others.leaf = foreign_tables.ftrelid
    )
    order by leaves.leaf::text
$function$
{% endmacro %}
