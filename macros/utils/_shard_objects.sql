{#-
  What a shard keeps for the coordinators of runs, as statements to be run there: the markers of batches, and two views that
  say whether it may be relied on (docs/decisions/0021-shards-keep-markers.md).
-#}
{% macro _shard_objects() %}
    {{ return(["
create schema if not exists batch_ops
", "
create table if not exists batch_ops.applied (
    operation_id uuid not null,
    step_number integer not null,
    batch_number bigint not null,
    shard text not null,
    records bigint not null,
    applied_hi jsonb not null,
    part_records bigint not null,
    part_failures jsonb not null,
    applied_at timestamptz not null default clock_timestamp(),
    primary key (operation_id, step_number, batch_number, shard)
)
", "
create or replace view batch_ops.shard_state as
select
    pg_catalog.current_setting('synchronous_commit') as synchronous_commit,
    pg_catalog.current_setting('server_version') as server_version
", "
create or replace view batch_ops.shard_tables as
select
    namespaces.nspname::text as schema_name,
    classes.relname::text as table_name,
    nullif(classes.reltuples, -1)::bigint as estimated_rows,
    (
        select coalesce(pg_catalog.jsonb_agg(keys.columns), '[]')
        from (
            select pg_catalog.jsonb_agg(attributes.attname order by positions.position) as columns
            from pg_catalog.pg_index as indexes
            cross join lateral pg_catalog.generate_series(0, indexes.indnkeyatts - 1) as positions (position)
            inner join pg_catalog.pg_attribute as attributes
                on
                    indexes.indrelid = attributes.attrelid
                    and attributes.attnum = indexes.indkey[positions.position]
            where
                indexes.indrelid = classes.oid
                and indexes.indisunique
                and indexes.indisvalid
                and indexes.indpred is null
                and indexes.indexprs is null
            group by indexes.indexrelid
            having pg_catalog.bool_and(attributes.attnotnull)
        ) as keys
    ) as keys,
    array(
        select constraints.conname::text from pg_catalog.pg_constraint as constraints
        where constraints.conrelid = classes.oid and constraints.condeferred
    ) as deferred,
    array(
        select attributes.attname::text
        from pg_catalog.pg_attribute as attributes
        inner join pg_catalog.pg_collation as collations on attributes.attcollation = collations.oid
        where attributes.attrelid = classes.oid and collations.collname not in ('C', 'POSIX')
    ) as collated
from pg_catalog.pg_class as classes
inner join pg_catalog.pg_namespace as namespaces on classes.relnamespace = namespaces.oid
where classes.relkind in ('r', 'p')
"]) }}
{% endmacro %}
