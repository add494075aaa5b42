{#- batch_ops.create_output: the empty table for the rows that a step hands to later ones, in the order of its batches. -#}
{% macro _engine_create_output() %}
create or replace function batch_ops.create_output(
    p_table text,
    p_definition text,
    p_parameters jsonb,
    p_run_started_at timestamptz
)
returns void
language plpgsql
as $function$
begin
    execute pg_catalog.format(E'create table batch_ops.%I as\n%s\nwith no data', p_table, p_definition)
    using null::jsonb, null::jsonb, p_parameters, p_run_started_at;
    execute pg_catalog.format(
        'alter table batch_ops.%I add column batch_ordinal bigint generated always as identity primary key', p_table
    );
end
$function$
{% endmacro %}
