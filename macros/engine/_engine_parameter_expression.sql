{#-
  batch_ops.parameter_expression: the SQL that reads one value, typed, from a JSON object: the bound $3, or a row.

  p_once wraps casts that PostgreSQL does not fold while planning (those that depend on session settings) in a
  subquery, so that they run once in a statement and not once in a row. Without it the planner sees the value,
  which is what an estimate needs.
-#}
{% macro _engine_parameter_expression() %}
create or replace function batch_ops.parameter_expression(
    p_name text,
    p_type regtype,
    p_once boolean,
    p_object text default '$3'
)
returns text
language sql
stable
as $function$
    select case
        when elements.oid is not null and p_object <> '$3'
            -- A row without the list has null, not an empty one.
            then pg_catalog.format(
                'case when pg_catalog.jsonb_typeof(%1$s -> %2$L) = ''array'' '
                || 'then array(select pg_catalog.jsonb_array_elements_text(%1$s -> %2$L)::%3$s) '
                || 'else (%1$s ->> %2$L)::%3$s[] end',
                p_object, p_name, pg_catalog.format_type(elements.oid, -1)
            )
        when elements.oid is not null
            then pg_catalog.format(
                'array(select pg_catalog.jsonb_array_elements_text(%s -> %L)::%s)',
                p_object, p_name, pg_catalog.format_type(elements.oid, -1)
            )
        when types.typname in ('json', 'jsonb')
            then pg_catalog.format('(%s -> %L)::%s', p_object, p_name, types.typname)
        when not p_once or p_object <> '$3' or types.typname in (
            'text', 'varchar', 'bpchar', 'uuid', 'int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'bool'
        )
            then pg_catalog.format('(%s ->> %L)::%s', p_object, p_name, pg_catalog.format_type(types.oid, -1))
        else pg_catalog.format('(select (%s ->> %L)::%s)', p_object, p_name, pg_catalog.format_type(types.oid, -1))
    end
    from pg_catalog.pg_type as types
    left join pg_catalog.pg_type as elements
        on types.typelem = elements.oid and types.typcategory = 'A'
    where types.oid = p_type
$function$
{% endmacro %}
