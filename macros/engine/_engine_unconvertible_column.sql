{#- batch_ops.unconvertible_column: the first column for which a row's value does not convert; null when all do. -#}
{% macro _engine_unconvertible_column() %}
create or replace function batch_ops.unconvertible_column(
    p_plan jsonb,
    p_parameters jsonb,
    p_run_started_at timestamptz,
    p_row_number bigint
)
returns text
language plpgsql
as $function$
declare
    v_column record;
begin
    for v_column in
        select conversions.key as name, conversions.value as conversion
        from pg_catalog.jsonb_each_text(p_plan -> 'conversions') as conversions
    loop
        begin
            execute pg_catalog.format(
                E'select pg_catalog.num_nulls(%s) from (\n%s\n) as mapped',
                v_column.conversion, p_plan ->> 'numbered'
            )
            using
                pg_catalog.jsonb_build_array(p_row_number - 1), pg_catalog.jsonb_build_array(p_row_number),
                p_parameters, p_run_started_at;
        exception
            when data_exception or integrity_constraint_violation or raise_exception then
                return v_column.name;
        end;
    end loop;
    return null;
end
$function$
{% endmacro %}
