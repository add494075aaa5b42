{#-
  batch_ops.check_sharding: why an operation cannot be done on a table with partitions on other servers, if so.

  docs/decisions/0021-shards-keep-markers.md says why each of these is refused.
-#}
{% macro _engine_check_sharding() %}
create or replace function batch_ops.check_sharding(p_target regclass, p_description jsonb, p_key text[])
returns text[]
language plpgsql
as $function$
declare
    v_problems text[] := '{}';
    v_step jsonb;
    v_shard record;
    v_moving text;
begin
    if not exists (select 1 from batch_ops.shards_of(p_target)) then
        return v_problems;
    end if;
    if p_description ->> 'error_handling' = 'rollback_on_any_error' then
        v_problems := v_problems || pg_catalog.format(
            '%s has partitions on other servers, whose commits are not atomic: error_handling rollback_on_any_error cannot be '
            'kept there', p_target
        );
    end if;
    for v_step in
        select steps.step from pg_catalog.jsonb_array_elements(p_description -> 'steps') as steps (step)
    loop
        if v_step ->> 'operation_type' in ('insert', 'upsert') then
            v_problems := v_problems || pg_catalog.format(
                'step %s: %s has partitions on other servers; %s', v_step ->> 'name', p_target,
                case v_step ->> 'operation_type'
                    when 'upsert' then 'ON CONFLICT DO UPDATE is not done through a foreign table (PostgreSQL, postgres_fdw)'
                    else 'a batch of rows to insert would belong to several of them: insert on each server by itself'
                end
            );
        end if;
        select pg_catalog.string_agg(named.name, ', ') into v_moving
        from pg_catalog.jsonb_array_elements_text(v_step -> 'set_columns') as named (name)
        where
            v_step ->> 'operation_type' = 'update'
            and exists (
                select 1 from pg_catalog.pg_partition_tree(p_target) as tree
                inner join pg_catalog.pg_partitioned_table as partitioned on tree.relid = partitioned.partrelid
                left join pg_catalog.pg_attribute as attributes
                    on tree.relid = attributes.attrelid and attributes.attname = named.name
                where
                    attributes.attnum = any (partitioned.partattrs)
                    or (
                        partitioned.partexprs is not null
                        and pg_catalog.strpos(
                            pg_catalog.pg_get_partkeydef(tree.relid), pg_catalog.quote_ident(named.name)
                        ) > 0
                    )
            );
        if v_moving is not null then
            v_problems := v_problems || pg_catalog.format(
                'step %s sets %s, by which %s is partitioned: rows do not move from one server to another',
                v_step ->> 'name', v_moving, p_target
            );
        end if;
    end loop;
    for v_shard in select * from batch_ops.shards_of(p_target) as shards where shards.server is not null loop
        v_problems := v_problems || batch_ops.check_shard(v_shard.leaf, v_shard.server, v_shard.wrapper, p_key)
            || batch_ops.check_privileges(v_shard.leaf, p_description);
    end loop;
    return v_problems;
end
$function$
{% endmacro %}
