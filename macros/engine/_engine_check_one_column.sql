{#- batch_ops.check_one_column: raises wrong_object_type when the query that gives a list has not exactly one column. -#}
{% macro _engine_check_one_column() %}
create or replace function batch_ops.check_one_column(p_source jsonb)
returns void
language plpgsql
as $function$
declare
    v_columns text[];
begin
    execute pg_catalog.format(
        E'create table batch_ops.%I as select * from (\n%s\n) as given with no data',
        p_source ->> 'table', p_source ->> 'query'
    );
    select pg_catalog.array_agg(attributes.attname order by attributes.attnum) into v_columns
    from pg_catalog.pg_attribute as attributes
    where
        attributes.attrelid = pg_catalog.to_regclass(pg_catalog.format('batch_ops.%I', p_source ->> 'table'))
        and attributes.attnum > 0;
    execute pg_catalog.format('drop table batch_ops.%I', p_source ->> 'table');
    if pg_catalog.cardinality(v_columns) <> 1 then
        raise exception 'the query of % has % columns (%); one is needed',
            p_source ->> 'name', pg_catalog.cardinality(v_columns), pg_catalog.array_to_string(v_columns, ', ')
        using errcode = 'wrong_object_type';
    end if;
end
$function$
{% endmacro %}
