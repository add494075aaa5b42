{#-
  batch_ops.describe_csv: the columns of an upload or of a CSV file that the server can read.

  Returns column_count and columns (their names; null without a header), or a problem. Only the first record is looked
  at here, within its first 64 kB.
-#}
{% macro _engine_describe_csv() %}
create or replace function batch_ops.describe_csv(p_file text, p_delimiter text, p_has_header boolean)
returns jsonb
language plpgsql
as $function$
declare
    v_upload batch_ops.uploads;
    v_bytes bytea;
    v_cut integer := 0;
    v_head text;
    v_values text[];
begin
    if p_file ~ '^upload:' then
        select * into v_upload
        from batch_ops.uploads
        where uploads.upload_id::text = pg_catalog.substr(p_file, 8) and uploads.uploaded_by = current_user;
        if not found then
            return pg_catalog.jsonb_build_object('problem', pg_catalog.format('there is no %s of this role', p_file));
        end if;
        return pg_catalog.jsonb_build_object(
            'upload', v_upload.upload_id, 'columns', v_upload.columns, 'column_count', v_upload.column_count,
            'file_name', v_upload.file_name
        );
    end if;
    if
        not pg_catalog.pg_has_role('pg_read_server_files', 'USAGE')
        or not pg_catalog.has_function_privilege('pg_catalog.pg_read_binary_file(text, bigint, bigint)', 'EXECUTE')
    then
        return pg_catalog.jsonb_build_object('problem', pg_catalog.format(
            'role %1$s may not read files of the server: GRANT pg_read_server_files TO %1$I; '
            || 'GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint) TO %1$I; '
            || 'or send the file from here: dbt-batch-ops load', current_user
        ));
    end if;
    begin
        v_bytes := pg_catalog.pg_read_binary_file(p_file, 0, 65536);
        -- A character that the 64 kB cut in two could not be read.
        while pg_catalog.length(v_bytes) = 65536 - v_cut and pg_catalog.get_byte(v_bytes, 65535 - v_cut) > 127 loop
            v_cut := v_cut + 1;
            v_bytes := pg_catalog.substr(v_bytes, 1, 65536 - v_cut);
        end loop;
        v_head := pg_catalog.convert_from(v_bytes, 'UTF8');
    exception
        when others then
            return pg_catalog.jsonb_build_object('problem', pg_catalog.format(
                'the server cannot read %s: %s; to send a file from this machine, use dbt-batch-ops load', p_file, sqlerrm
            ));
    end;
    -- A byte order mark is no part of the first name.
    v_values := batch_ops.first_record(pg_catalog.ltrim(v_head, pg_catalog.chr(65279)), p_delimiter);
    return pg_catalog.jsonb_build_object(
        'path', p_file,
        'columns', case when p_has_header then v_values end,
        'column_count', pg_catalog.cardinality(v_values),
        'file_name', p_file
    );
end
$function$
{% endmacro %}
