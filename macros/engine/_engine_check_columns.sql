{#- batch_ops.check_columns: problems with the columns and privileges that an operation needs on its target. -#}
{% macro _engine_check_columns() %}
create or replace function batch_ops.check_columns(p_target regclass, p_description jsonb, p_key_columns text[])
returns text[]
language plpgsql
stable
as $function$
declare
    v_set text[] := array(select pg_catalog.jsonb_array_elements_text(p_description -> 'set_columns'));
    v_read text[] := array(select pg_catalog.jsonb_array_elements_text(p_description -> 'read_columns'));
    v_columns text[];
    v_privilege text := case p_description ->> 'operation_type' when 'delete' then 'DELETE' else 'UPDATE' end;
    v_problems text[] := '{}';
    v_column text;
begin
    select pg_catalog.array_agg(attributes.attname::text order by attributes.attnum) into v_columns
    from pg_catalog.pg_attribute as attributes
    where attributes.attrelid = p_target and attributes.attnum > 0 and not attributes.attisdropped;

    for v_column in
        select distinct named.name from pg_catalog.unnest(v_set || v_read) as named (name)
        where named.name <> all (v_columns)
    loop
        v_problems := v_problems || pg_catalog.format(
            '%s has no column %s; its columns are: %s',
            p_target, v_column, pg_catalog.array_to_string(v_columns, ', ')
        );
    end loop;
    for v_column in
        select named.name from pg_catalog.unnest(v_set) as named (name)
        where named.name = any (p_key_columns)
    loop
        v_problems := v_problems || pg_catalog.format(
            'the operation sets %s, which is part of the key of %s: rows would move while they are walked; '
            || 'leave it out of update_data or name another `key`', v_column, p_target
        );
    end loop;
    if
        not pg_catalog.has_table_privilege(p_target, v_privilege)
        and (
            v_privilege = 'DELETE'
            or not coalesce((
                select pg_catalog.bool_and(pg_catalog.has_column_privilege(p_target, named.name, 'UPDATE'))
                from pg_catalog.unnest(v_set) as named (name)
                where named.name = any (v_columns)
            ), false)
        )
    then
        v_problems := v_problems || pg_catalog.format(
            'role %s may not %s rows of %s: GRANT %s ON %s TO %I',
            current_user, pg_catalog.lower(v_privilege), p_target, v_privilege, p_target, current_user
        );
    end if;
    if not pg_catalog.has_any_column_privilege(p_target, 'SELECT') then
        v_problems := v_problems || pg_catalog.format(
            'role %s may not read %s: GRANT SELECT ON %s TO %I', current_user, p_target, p_target, current_user
        );
    end if;
    return v_problems;
end
$function$
{% endmacro %}
