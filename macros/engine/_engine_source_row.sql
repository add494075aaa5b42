{#-
  batch_ops.source_row: a staged row as the person who gave it knows it: a record as it was, values of a CSV file by the
  names in its header.
-#}
{% macro _engine_source_row() %}
create or replace function batch_ops.source_row(p_row jsonb, p_columns jsonb)
returns jsonb
language sql
immutable
as $function$
    select case
        when p_row ? 'record' then p_row -> 'record'
        else (
            select pg_catalog.jsonb_object_agg(
                coalesce(
                    p_columns ->> (substring(given.key from '^csv_(\d+)$')::integer - 1), given.key
                ),
                given.value
            )
            from pg_catalog.jsonb_each(p_row - 'batch_ordinal') as given
        )
    end
$function$
{% endmacro %}
