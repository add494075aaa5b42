{#-
  batch_ops.refuse_end_marker: raises bad_copy_file_format when a file has a line with nothing but `\.` in it.

  COPY before PostgreSQL 18 takes that line for the end of the data and silently drops the rest (PostgreSQL 18 release
  notes, COPY). The file is looked through in pieces, so memory stays flat.
-#}
{% macro _engine_refuse_end_marker() %}
create or replace function batch_ops.refuse_end_marker(p_path text)
returns void
language plpgsql
as $function$
declare
    v_length integer := 4194304;
    v_place bigint := 0;
    v_piece bytea;
begin
    if pg_catalog.current_setting('server_version_num')::integer >= 180000 then
        return;
    end if;
    loop
        v_piece := pg_catalog.pg_read_binary_file(p_path, v_place, v_length);
        if
            position('\x0a5c2e0a'::bytea in v_piece) > 0
            or position('\x0a5c2e0d'::bytea in v_piece) > 0
            or (v_place = 0 and pg_catalog.substr(v_piece, 1, 3) in ('\x5c2e0a'::bytea, '\x5c2e0d'::bytea))
            or (
                pg_catalog.length(v_piece) < v_length
                and pg_catalog.substr(v_piece, greatest(pg_catalog.length(v_piece) - 2, 1)) = '\x0a5c2e'::bytea
            )
        then
            raise exception 'a line of % is only \., which this server takes for the end of the data; '
                'put the value in quotes with another one, or use PostgreSQL 18', p_path
            using errcode = 'bad_copy_file_format';
        end if;
        exit when pg_catalog.length(v_piece) < v_length;
        -- Pieces overlap, so that no marker is cut in two.
        v_place := v_place + v_length - 3;
    end loop;
end
$function$
{% endmacro %}
