{#-
  batch_ops.shown_row: a row as the ledger may show it: without the columns that the operation keeps secret.

  Names in p_redact are of columns, of fields, or csv_column_N. Of rows that were given, only the fields that the operation
  mentions are shown then: nobody could name the others in the spec.
-#}
{% macro _engine_shown_row() %}
create or replace function batch_ops.shown_row(p_row jsonb, p_redact text[], p_plan jsonb)
returns jsonb
language sql
immutable
as $function$
    select case
        when p_redact = '{}' then p_row
        else (
            select pg_catalog.jsonb_object_agg(shown.key, shown.value)
            from pg_catalog.jsonb_each(p_row) as shown
            cross join lateral (
                -- What the spec calls a column of a CSV file: its name, or its position.
                select 'csv_column_' || coalesce(
                    (
                        select pg_catalog.min(header.position)::text
                        from pg_catalog.jsonb_array_elements_text(nullif(p_plan -> 'row_columns', 'null'::jsonb))
                        with ordinality as header (name, position)
                        where header.name = shown.key
                    ),
                    substring(shown.key from '^csv_(\d+)$')
                ) as by_position
            ) as names
            where
                shown.key <> all (p_redact)
                and coalesce(names.by_position <> all (p_redact), true)
                and coalesce(
                    p_plan -> 'row_fields' ? shown.key or p_plan -> 'row_fields' ? names.by_position,
                    true
                )
        )
    end
$function$
{% endmacro %}
