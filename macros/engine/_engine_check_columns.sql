{#- batch_ops.check_columns: problems with the columns that an operation's steps need on its target. -#}
{% macro _engine_check_columns() %}
create or replace function batch_ops.check_columns(p_target regclass, p_description jsonb, p_key_columns text[])
returns text[]
language plpgsql
stable
as $function$
declare
    v_columns text[];
    v_problems text[] := '{}';
    v_column text;
begin
    select pg_catalog.array_agg(attributes.attname::text order by attributes.attnum) into v_columns
    from pg_catalog.pg_attribute as attributes
    where attributes.attrelid = p_target and attributes.attnum > 0 and not attributes.attisdropped;

    for v_column in
        select distinct named.name
        from pg_catalog.jsonb_array_elements(p_description -> 'steps') as steps (step)
        cross join lateral pg_catalog.jsonb_array_elements_text(
            (steps.step -> 'set_columns') || (steps.step -> 'read_columns')
            || coalesce(nullif(steps.step -> 'select_columns', 'null'), '[]')
            || coalesce(nullif(steps.step -> 'conflict_target', 'null'), '[]')
        ) as named (name)
        where named.name <> all (v_columns)
    loop
        v_problems := v_problems || pg_catalog.format(
            '%s has no column %s; its columns are: %s',
            p_target, v_column, pg_catalog.array_to_string(v_columns, ', ')
        );
    end loop;
    for v_column in
        select distinct named.name
        from pg_catalog.jsonb_array_elements(p_description -> 'steps') as steps (step)
        cross join lateral pg_catalog.jsonb_array_elements_text(steps.step -> 'set_columns') as named (name)
        where steps.step ->> 'operation_type' = 'update' and named.name = any (p_key_columns)
    loop
        v_problems := v_problems || pg_catalog.format(
            'the operation sets %s, which is part of the key of %s: rows would move while they are walked; '
            || 'leave it out of update_data or name another `key`', v_column, p_target
        );
    end loop;
    return v_problems;
end
$function$
{% endmacro %}
