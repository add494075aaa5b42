{#-
  batch_ops.describe_steps: what the live database says of each step: its function, and how fields of JSON rows are read.

  Returns name of the step -> {function, fields}, and the problems found.
-#}
{% macro _engine_describe_steps() %}
create or replace function batch_ops.describe_steps(
    p_target regclass,
    p_description jsonb,
    out described jsonb,
    out problems text[]
)
language plpgsql
stable
as $function$
declare
    v_step jsonb;
    v_function jsonb;
    v_fields jsonb;
    v_field record;
begin
    described := '{}'::jsonb;
    problems := '{}';
    for v_step in select steps.step from pg_catalog.jsonb_array_elements(p_description -> 'steps') as steps (step) loop
        v_function := null;
        if v_step ->> 'operation_type' = 'custom_function' then
            v_function := batch_ops.describe_function(
                v_step ->> 'function',
                v_step #>> '{source,kind}' = 'list'
                or (v_step #>> '{source,kind}' in ('output', 'records') and v_step -> 'fields' = '{}')
            );
            if v_function is null then
                problems := problems || pg_catalog.format(
                    'step %s: there is no function %s that role %s can see and that takes %s; '
                    || 'create it, or write its name with its schema',
                    v_step ->> 'name', v_step ->> 'function', current_user,
                    case v_step #>> '{source,kind}' when 'once' then 'these arguments' else 'one argument' end
                );
            elsif (v_step -> 'has_output')::boolean and v_function ->> 'returns' = 'void' then
                problems := problems || pg_catalog.format(
                    'step %s: function %s returns nothing, but a later step uses its rows',
                    v_step ->> 'name', v_step ->> 'function'
                );
            end if;
        end if;
        v_fields := '{}'::jsonb;
        for v_field in
            select
                fields.key as name,
                coalesce(attributes.atttypid, pg_catalog.to_regtype(fields.value ->> 'type')) as type_id,
                fields.value ->> 'type' as type
            from pg_catalog.jsonb_each(coalesce(v_step -> 'fields', '{}'::jsonb)) as fields
            left join pg_catalog.pg_attribute as attributes
                on
                    attributes.attrelid = p_target
                    and attributes.attname = fields.value ->> 'column'
                    and not attributes.attisdropped
        loop
            if v_field.type_id is null then
                problems := problems || pg_catalog.format(
                    'field %s: this database has no type %s', v_field.name, v_field.type
                );
            else
                v_fields := v_fields || pg_catalog.jsonb_build_object(v_field.name, pg_catalog.jsonb_build_object(
                    'type', pg_catalog.format_type(v_field.type_id, -1),
                    'in_record', batch_ops.parameter_expression(v_field.name, v_field.type_id, false, 'source.record')
                ));
            end if;
        end loop;
        described := described || pg_catalog.jsonb_build_object(
            v_step ->> 'name', pg_catalog.jsonb_build_object('function', v_function, 'fields', v_fields)
        );
    end loop;
end
$function$
{% endmacro %}
