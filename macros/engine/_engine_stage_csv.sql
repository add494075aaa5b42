{#-
  batch_ops.stage_csv: the rows of a CSV file as text columns csv_1, csv_2, ...: of an upload, a file of the server, or
  a table that dbt made of a seed. Reading and quoting are COPY's work.

  Raises bad_copy_file_format, with the line, when a row has more or fewer values than there are columns.
-#}
{% macro _engine_stage_csv() %}
create or replace function batch_ops.stage_csv(p_source jsonb)
returns bigint
language plpgsql
as $function$
declare
    v_table text := p_source ->> 'table';
    v_columns text;
    v_staged bigint;
begin
    if p_source ->> 'upload' is not null then
        delete from batch_ops.uploads
        where uploads.upload_id = (p_source ->> 'upload')::uuid
        returning uploads.records into v_staged;
        execute pg_catalog.format(
            'alter table batch_ops.%I rename to %I',
            'upload_' || pg_catalog.replace(p_source ->> 'upload', '-', ''), v_table
        );
        return v_staged;
    end if;
    if p_source ->> 'relation' is not null then
        select pg_catalog.string_agg(
            pg_catalog.format('given.%I::text as csv_%s', columns.name, columns.position), ', ' order by columns.position
        )
        into v_columns
        from pg_catalog.jsonb_array_elements_text(p_source -> 'columns') with ordinality as columns (name, position);
        execute pg_catalog.format(
            'create table batch_ops.%I as select pg_catalog.row_number() over () as batch_ordinal, %s from %s as given',
            v_table, v_columns, p_source ->> 'relation'
        );
        get diagnostics v_staged = row_count;
        return v_staged;
    end if;
    select pg_catalog.string_agg(pg_catalog.format('csv_%s text', columns.position), ', ' order by columns.position)
    into v_columns
    from pg_catalog.generate_series(1, (p_source ->> 'column_count')::integer) as columns (position);
    execute pg_catalog.format(
        'create table batch_ops.%I (batch_ordinal bigint generated always as identity, %s)', v_table, v_columns
    );
    perform batch_ops.refuse_end_marker(p_source ->> 'path');
    execute pg_catalog.format(
        'copy batch_ops.%I (%s) from %L with (format csv, delimiter %L, header %s)',
        v_table, pg_catalog.replace(v_columns, ' text', ''), p_source ->> 'path', p_source ->> 'delimiter',
        p_source ->> 'has_header'
    );
    get diagnostics v_staged = row_count;
    if not (p_source ->> 'has_header')::boolean then
        -- The byte order mark that some programs put in front is no part of the first value.
        execute pg_catalog.format(
            'update batch_ops.%I set csv_1 = pg_catalog.ltrim(csv_1, pg_catalog.chr(65279)) where batch_ordinal = 1 '
            'and csv_1 like pg_catalog.chr(65279) || ''%%''',
            v_table
        );
    end if;
    return v_staged;
end
$function$
{% endmacro %}
