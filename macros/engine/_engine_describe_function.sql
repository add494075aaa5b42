{#-
  batch_ops.describe_function: how a custom function takes the rows of its step, and what it returns.

  takes is `array` or `jsonb` (one call a batch) or `each` (one call a row); returns is `void`, `jsonb` or `rows`.
  Null when no such function takes one argument; a call with named or no rows' arguments is checked by planning it.
-#}
{% macro _engine_describe_function() %}
create or replace function batch_ops.describe_function(p_function text, p_has_input boolean)
returns jsonb
language sql
stable
as $function$
    select pg_catalog.jsonb_build_object(
        'takes', case
            when not p_has_input then 'none'
            when arguments.typcategory = 'A' then 'array'
            when arguments.typname in ('json', 'jsonb') then arguments.typname
            else 'each'
        end,
        'returns', case
            when results.typname = 'void' then 'void'
            when results.typname in ('json', 'jsonb') then 'jsonb'
            else 'rows'
        end
    )
    from pg_catalog.pg_proc as routines
    inner join pg_catalog.pg_namespace as namespaces on routines.pronamespace = namespaces.oid
    inner join pg_catalog.pg_type as results on routines.prorettype = results.oid
    left join pg_catalog.pg_type as arguments on routines.proargtypes[0] = arguments.oid
    cross join pg_catalog.parse_ident(p_function) as names (parts)
    where
        routines.proname = names.parts[pg_catalog.cardinality(names.parts)]
        and (
            (pg_catalog.cardinality(names.parts) = 1 and pg_catalog.pg_function_is_visible(routines.oid))
            or namespaces.nspname = names.parts[1]
        )
        and routines.prokind = 'f'
        and (
            not p_has_input
            or 1 between routines.pronargs - routines.pronargdefaults and routines.pronargs
        )
    -- Of several, the one that takes the whole batch.
    order by arguments.typcategory = 'A' desc, arguments.typname in ('json', 'jsonb') desc, routines.oid
    limit 1
$function$
{% endmacro %}
