{#-
  batch_ops.check_key: the key that a run walks, and why it cannot serve, if so.

  Without a declared key it is the primary key, else `id`. Ranges need an order that an index gives, and
  exactly-once needs that no two rows share a key and that no row is without one. Of partitions on other servers
  only these know that: check_shard asks them.
-#}
{% macro _engine_check_key() %}
create or replace function batch_ops.check_key(
    p_target regclass,
    p_declared text[],
    out key_columns text[],
    out problems text[]
)
language plpgsql
as $function$
declare
    v_missing text;
    v_nullable text;
    v_collated text;
    v_variable text;
    v_candidates text;
    v_is_sharded boolean := exists (select 1 from batch_ops.shards_of(p_target));
begin
    problems := '{}';
    key_columns := coalesce(
        p_declared,
        (
            select candidates.columns from batch_ops.unique_keys(p_target) as candidates
            where candidates.is_primary
        ),
        array['id']
    );
    select
        pg_catalog.string_agg(wanted.name, ', ') filter (where attributes.attname is null),
        pg_catalog.string_agg(wanted.name, ', ') filter (where not attributes.attnotnull),
        pg_catalog.string_agg(wanted.name, ', ') filter (where not collations.collisdeterministic),
        pg_catalog.string_agg(wanted.name, ', ') filter (
            where
            wanted.position < pg_catalog.cardinality(key_columns)
            and types.typtype <> 'e'
            and coalesce(nullif(types.typbasetype, 0), types.oid) <> all (array[
                'int2', 'int4', 'int8', 'oid', 'numeric', 'bool', 'text', 'varchar', 'bpchar', 'name', 'uuid',
                'bytea', 'date', 'timestamp', 'timestamptz'
            ]::regtype[])
        )
    into v_missing, v_nullable, v_collated, v_variable
    from pg_catalog.unnest(key_columns) with ordinality as wanted (name, position)
    left join pg_catalog.pg_attribute as attributes
        on
            attributes.attrelid = p_target
            and attributes.attname = wanted.name
            and attributes.attnum > 0
            and not attributes.attisdropped
    left join pg_catalog.pg_collation as collations on attributes.attcollation = collations.oid
    left join pg_catalog.pg_type as types on attributes.atttypid = types.oid;

    if v_missing is not null then
        problems := problems || pg_catalog.format(
            '%s has no column %s to walk: name its key columns in the entity, `key: [...]`', p_target, v_missing
        );
        return;
    end if;
    if v_nullable is not null and not v_is_sharded then
        problems := problems || pg_catalog.format(
            'key column %s of %s may be null, and rows without a key would be left out: '
            || 'declare it NOT NULL or name another `key`', v_nullable, p_target
        );
    end if;
    if v_collated is not null then
        problems := problems || pg_catalog.format(
            'key column %s of %s has a nondeterministic collation, so ranges of it are ambiguous: '
            || 'name another `key`', v_collated, p_target
        );
    end if;
    if v_variable is not null then
        -- range_shape compares the stored ends of a range, and such values can be equal in two spellings.
        problems := problems || pg_catalog.format(
            'key column %s of %s is of a type whose equal values can be spelt differently, which a key of several '
            || 'columns cannot be walked by: name another `key`', v_variable, p_target
        );
    end if;
    if not v_is_sharded and not exists (
        select 1 from batch_ops.unique_keys(p_target) as candidates where candidates.columns = key_columns
    ) then
        select pg_catalog.string_agg('[' || pg_catalog.array_to_string(candidates.columns, ', ') || ']', ' or ')
        into v_candidates
        from batch_ops.unique_keys(p_target) as candidates;
        problems := problems || pg_catalog.format(
            'no unique index of %s is on exactly (%s), in this order: %s',
            p_target, pg_catalog.array_to_string(key_columns, ', '),
            coalesce('its unique keys are ' || v_candidates, 'create a primary key or a unique index first')
        );
    end if;
end
$function$
{% endmacro %}
