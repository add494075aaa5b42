{#-
  batch_ops.describe_target: holds an operation's description against the live table, before anything is opened.

  Returns operation_id for a new run, key and key types, resolved parameters, whether commits may be asynchronous,
  and every problem found, so that a person mends them all at once.
-#}
{% macro _engine_describe_target() %}
create or replace function batch_ops.describe_target(p_description jsonb, p_values jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_target regclass := pg_catalog.to_regclass(p_description ->> 'target');
    v_kind "char";
    v_key record;
    v_parameters record;
    v_steps record;
    v_walks_key boolean := pg_catalog.jsonb_path_exists(
        p_description,
        '$.steps[*] ? (@.source.kind == "target" || '
        '(@.has_output == true && (@.operation_type == "insert" || @.operation_type == "upsert")))'
    );
    v_problems text[] := '{}';
    v_problem text;
begin
    select classes.relkind into v_kind from pg_catalog.pg_class as classes where classes.oid = v_target;
    if v_kind is null then
        v_problems := array[pg_catalog.format(
            'there is no table %s that role %s can see: check `relation` in the spec',
            p_description ->> 'target', current_user
        )];
    elsif v_kind not in ('r', 'p', 'f') then
        v_problems := array[pg_catalog.format(
            '%s is not a table: a batch operation changes tables, so name the table behind it as `relation`', v_target
        )];
    end if;
    if v_problems <> '{}' then
        return pg_catalog.jsonb_build_object('problems', v_problems);
    end if;

    select * into v_key from batch_ops.check_key(
        v_target,
        (
            select pg_catalog.array_agg(declared.name order by declared.position)
            from pg_catalog.jsonb_array_elements_text(nullif(p_description -> 'key', 'null'::jsonb))
            with ordinality as declared (name, position)
        )
    );
    select * into v_parameters
    from batch_ops.check_parameters(v_target, p_description -> 'parameters', p_values);
    select * into v_steps from batch_ops.describe_steps(v_target, p_description);
    v_problems := batch_ops.check_columns(v_target, p_description, v_key.key_columns)
        || batch_ops.check_privileges(v_target, p_description)
        || case when v_walks_key then v_key.problems else '{}' end
        || batch_ops.check_sharding(v_target, p_description, v_key.key_columns)
        || v_parameters.problems || v_steps.problems;

    return pg_catalog.jsonb_build_object(
        'operation_id', pg_catalog.gen_random_uuid(),
        'problems', v_problems,
        'key', v_key.key_columns,
        'key_types', (
            select pg_catalog.array_agg(
                pg_catalog.format_type(attributes.atttypid, -1) order by named.position
            )
            from pg_catalog.unnest(v_key.key_columns) with ordinality as named (name, position)
            inner join pg_catalog.pg_attribute as attributes
                on attributes.attrelid = v_target and attributes.attname = named.name
        ),
        'parameters', v_parameters.resolved,
        'columns', batch_ops.describe_columns(v_target),
        'steps', v_steps.described,
        'asynchronous', batch_ops.commits_may_lag(v_target),
        -- The leaves by which updates and deletes are done, each by itself; null for a table that is all here.
        'shards', (
            select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'leaf', (
                    select pg_catalog.format('%I.%I', namespaces.nspname, classes.relname)
                    from pg_catalog.pg_class as classes
                    inner join pg_catalog.pg_namespace as namespaces on classes.relnamespace = namespaces.oid
                    where classes.oid = shards.leaf
                ),
                'server', shards.server,
                'marker_table', batch_ops.shard_table(shards.server, 'applied')
            ))
            from batch_ops.shards_of(v_target) as shards
        )
    );
end
$function$
{% endmacro %}
