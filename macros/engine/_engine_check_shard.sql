{#-
  batch_ops.check_shard: problems with one partition on another server: its wrapper, its markers, its settings, its key.

  The other server is asked; one that cannot be reached is a problem like the others.
-#}
{% macro _engine_check_shard() %}
create or replace function batch_ops.check_shard(p_leaf regclass, p_server name, p_wrapper name, p_key text[])
returns text[]
language plpgsql
as $function$
declare
    v_remote record := batch_ops.remote_name(p_leaf, p_key);
    v_problems text[] := '{}';
    v_commit text;
    v_table record;
begin
    if p_wrapper <> 'postgres_fdw' then
        return array[pg_catalog.format(
            '%s is behind the foreign data wrapper %s; a run changes tables of this database and those behind postgres_fdw',
            p_leaf, p_wrapper
        )];
    elsif pg_catalog.to_regclass('batch_ops.' || batch_ops.shard_table(p_server, 'applied')) is null then
        return array[pg_catalog.format(
            'server %s keeps no markers of batches yet, without which a killed run could change rows twice: '
            'dbt run-operation dbt_batch_ops.install --args ''{servers: [%s]}''', p_server, p_server
        )];
    end if;
    execute pg_catalog.format('select state.synchronous_commit from batch_ops.%I as state', batch_ops.shard_table(p_server, 'state'))
    into v_commit;
    if v_commit = 'off' then
        v_problems := v_problems || pg_catalog.format(
            'server %s commits asynchronously, so that a crash could lose rows that the ledger has as changed: '
            'set synchronous_commit = on there, or for the role of its user mapping', p_server
        );
    end if;
    execute pg_catalog.format(
        'select tables.* from batch_ops.%I as tables where tables.schema_name = $1 and tables.table_name = $2',
        batch_ops.shard_table(p_server, 'tables')
    )
    into v_table
    using v_remote.schema_name, v_remote.table_name;
    if v_table.table_name is null then
        return v_problems || pg_catalog.format(
            'server %s has no table %I.%I, which %s stands for', p_server, v_remote.schema_name, v_remote.table_name, p_leaf
        );
    end if;
    if not exists (
        select 1 from pg_catalog.jsonb_array_elements(v_table.keys) as keys (columns)
        where keys.columns = pg_catalog.to_jsonb(v_remote.columns)
    ) then
        v_problems := v_problems || pg_catalog.format(
            'no unique index of %I.%I on server %s is on exactly (%s), in this order, of columns that are NOT NULL: %s',
            v_remote.schema_name, v_remote.table_name, p_server, pg_catalog.array_to_string(v_remote.columns, ', '),
            case
                when v_table.keys = '[]' then 'create one there'
                else 'its unique keys are ' || pg_catalog.replace(v_table.keys #>> '{}', '"', '')
            end
        );
    end if;
    if
        v_table.collated && v_remote.columns
        or exists (
            select 1 from pg_catalog.pg_attribute as attributes
            inner join pg_catalog.pg_collation as collations on attributes.attcollation = collations.oid
            where
                attributes.attrelid = p_leaf and attributes.attname = any (p_key) and collations.collname not in ('C', 'POSIX')
        )
    then
        v_problems := v_problems || pg_catalog.format(
            'the key of %s, (%s), is sorted by a collation that may differ on server %s, so that ranges of it are ambiguous: '
            'declare these columns COLLATE "C" here and there, or name another `key`',
            p_leaf, pg_catalog.array_to_string(p_key, ', '), p_server
        );
    end if;
    if v_table.deferred <> '{}' then
        v_problems := v_problems || pg_catalog.format(
            '%I.%I on server %s has a deferred constraint (%s), whose error would come with COMMIT, too late to be told from '
            'a lost connection: make it INITIALLY IMMEDIATE there',
            v_remote.schema_name, v_remote.table_name, p_server, pg_catalog.array_to_string(v_table.deferred, ', ')
        );
    end if;
    return v_problems;
exception
    when others then
        return array[pg_catalog.format('server %s, for %s: %s', p_server, p_leaf, batch_ops.one_line(sqlerrm))];
end
$function$
{% endmacro %}
