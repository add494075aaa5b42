{#-
  batch_ops.check_parameters: resolves each parameter's type against the live table and tries its value.

  Returns parameters (name to type, and the two expressions that read it) and the problems found, all at once.
  The column that a parameter meets decides its type, so an enum or a domain is met exactly.
-#}
{% macro _engine_check_parameters() %}
create or replace function batch_ops.check_parameters(
    p_target regclass,
    p_declared jsonb,
    p_values jsonb,
    out resolved jsonb,
    out problems text[]
)
language plpgsql
as $function$
declare
    v_parameter record;
    v_type regtype;
    v_value jsonb;
begin
    resolved := '{}'::jsonb;
    problems := '{}';
    for v_parameter in
        select
            declared.key as name,
            declared.value ->> 'type' as type,
            attributes.atttypid,
            pg_catalog.right(declared.value ->> 'type', 2) = '[]' as is_list
        from pg_catalog.jsonb_each(p_declared) as declared
        left join pg_catalog.pg_attribute as attributes
            on
                attributes.attrelid = p_target
                and attributes.attname = declared.value ->> 'column'
                and not attributes.attisdropped
    loop
        v_value := p_values -> v_parameter.name;
        v_type := case
            when v_parameter.atttypid is null then pg_catalog.to_regtype(v_parameter.type)
            when v_parameter.is_list
                then (select types.typarray from pg_catalog.pg_type as types where types.oid = v_parameter.atttypid)
            else v_parameter.atttypid
        end;
        if coalesce(v_type, 0) = 0 then
            problems := problems || pg_catalog.format(
                'parameter %s: this database has no type %s', v_parameter.name, v_parameter.type
            );
            continue;
        end if;
        resolved := resolved || pg_catalog.jsonb_build_object(
            v_parameter.name,
            pg_catalog.jsonb_build_object(
                'type', pg_catalog.format_type(v_type, -1),
                'once', batch_ops.parameter_expression(v_parameter.name, v_type, true),
                'plain', batch_ops.parameter_expression(v_parameter.name, v_type, false)
            )
        );
        if v_parameter.is_list and pg_catalog.jsonb_typeof(v_value) <> 'array' then
            problems := problems || pg_catalog.format(
                'parameter %s: a list of %s is needed, not %s', v_parameter.name,
                pg_catalog.regexp_replace(pg_catalog.format_type(v_type, -1), '\[\]$', ''), pg_catalog.left(v_value::text, 60)
            );
        elsif
            not v_parameter.is_list
            and pg_catalog.jsonb_typeof(v_value) in ('array', 'object')
            and v_type not in ('json'::regtype, 'jsonb'::regtype)
        then
            problems := problems || pg_catalog.format(
                'parameter %s: one value of type %s is needed, not %s', v_parameter.name,
                pg_catalog.format_type(v_type, -1), pg_catalog.left(v_value::text, 60)
            );
        else
            begin
                execute pg_catalog.format(
                    'select %s', batch_ops.parameter_expression(v_parameter.name, v_type, false)
                ) using null, null, p_values;
            exception
                when data_exception or integrity_constraint_violation or feature_not_supported then
                    problems := problems || pg_catalog.format('parameter %s: %s', v_parameter.name, sqlerrm);
            end;
        end if;
    end loop;
end
$function$
{% endmacro %}
