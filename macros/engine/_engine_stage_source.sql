{#-
  batch_ops.stage_source: writes the rows that a run was given into a logged table of the run, in their order.

  p_source has name, kind, table, and either query (SQL of the caller), upload, path or relation; without any of them
  the rows are elements of the parameter. This freezes what the run works on: a file, a query and a table may change.
  Returns how many rows there are.
-#}
{% macro _engine_stage_source() %}
create or replace function batch_ops.stage_source(p_source jsonb, p_value jsonb)
returns bigint
language plpgsql
as $function$
declare
    v_table text := p_source ->> 'table';
    v_rows text;
    v_staged bigint;
begin
    if p_source ->> 'kind' = 'list' and p_source ->> 'query' is not null then
        perform batch_ops.check_one_column(p_source);
    end if;
    v_rows := case
        when p_source ->> 'kind' = 'csv' then null
        when p_source ->> 'kind' = 'list' and p_source ->> 'query' is not null
            then pg_catalog.format(
                E'select pg_catalog.row_number() over () as batch_ordinal, given.value::%s as value\n'
                'from (\n%s\n) as given (value)',
                p_source ->> 'type', p_source ->> 'query'
            )
        when p_source ->> 'kind' = 'list'
            then pg_catalog.format(
                'select given.position as batch_ordinal, given.value::%s as value '
                'from pg_catalog.jsonb_array_elements_text($1) with ordinality as given (value, position)',
                p_source ->> 'type'
            )
        when p_source ->> 'query' is not null
            then pg_catalog.format(
                E'select pg_catalog.row_number() over () as batch_ordinal, pg_catalog.to_jsonb(given.*) as record\n'
                'from (\n%s\n) as given',
                p_source ->> 'query'
            )
        else 'select given.position as batch_ordinal, given.record '
            'from pg_catalog.jsonb_array_elements($1) with ordinality as given (record, position)'
    end;
    if v_rows is null then
        v_staged := batch_ops.stage_csv(p_source);
    else
        execute pg_catalog.format(E'create table batch_ops.%I as\n%s', v_table, v_rows) using p_value;
        get diagnostics v_staged = row_count;
    end if;
    execute pg_catalog.format('alter table batch_ops.%I add primary key (batch_ordinal)', v_table);
    if p_source ->> 'kind' = 'list' then
        begin
            execute pg_catalog.format('create index on batch_ops.%I (value)', v_table);
        exception
            -- A type without an order, such as json, cannot be looked up either way.
            when undefined_object then
                null;
        end;
    end if;
    -- Without statistics the first batches would be planned for a table of unknown size.
    execute pg_catalog.format(
        -- Of rows, only the ordinal is looked up; a list is joined by its values.
        case p_source ->> 'kind' when 'list' then 'analyze batch_ops.%I' else 'analyze batch_ops.%I (batch_ordinal)' end,
        v_table
    );
    return v_staged;
end
$function$
{% endmacro %}
