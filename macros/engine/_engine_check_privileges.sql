{#- batch_ops.check_privileges: problems with what the role may do to an operation's target. -#}
{% macro _engine_check_privileges() %}
create or replace function batch_ops.check_privileges(p_target regclass, p_description jsonb)
returns text[]
language plpgsql
stable
as $function$
declare
    v_problems text[] := '{}';
    v_needed record;
begin
    for v_needed in
        select
            privileges.privilege,
            pg_catalog.array_agg(distinct named.name) filter (where named.name is not null) as columns
        from pg_catalog.jsonb_array_elements(p_description -> 'steps') as steps (step)
        cross join lateral pg_catalog.unnest(
            case steps.step ->> 'operation_type'
                when 'update' then array['UPDATE']
                when 'delete' then array['DELETE']
                when 'insert' then array['INSERT']
                when 'upsert' then array['INSERT', 'UPDATE']
                else array[]::text[]
            end
        ) as privileges (privilege)
        left join lateral pg_catalog.jsonb_array_elements_text(steps.step -> 'set_columns') as named (name)
            on privileges.privilege <> 'DELETE'
        group by privileges.privilege
    loop
        if
            not pg_catalog.has_table_privilege(p_target, v_needed.privilege)
            and (
                v_needed.privilege = 'DELETE'
                or not coalesce((
                    select pg_catalog.bool_and(
                        pg_catalog.has_column_privilege(p_target, attributes.attname, v_needed.privilege)
                    )
                    from pg_catalog.pg_attribute as attributes
                    where attributes.attrelid = p_target and attributes.attname = any (v_needed.columns)
                ), false)
            )
        then
            v_problems := v_problems || pg_catalog.format(
                'role %s may not %s rows of %s: GRANT %s ON %s TO %I',
                current_user, pg_catalog.lower(v_needed.privilege), p_target,
                v_needed.privilege, p_target, current_user
            );
        end if;
    end loop;
    if not pg_catalog.has_any_column_privilege(p_target, 'SELECT') then
        v_problems := v_problems || pg_catalog.format(
            'role %s may not read %s: GRANT SELECT ON %s TO %I', current_user, p_target, p_target, current_user
        );
    end if;
    return v_problems;
end
$function$
{% endmacro %}
