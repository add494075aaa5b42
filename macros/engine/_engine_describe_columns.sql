{#-
  batch_ops.describe_columns: the live columns of a table: type, type with its length, and what a value must fulfil.

  max_length is of character types only: an explicit cast to them cuts a value off silently, and so a check of rows
  has to compare the length itself.
-#}
{% macro _engine_describe_columns() %}
create or replace function batch_ops.describe_columns(p_target regclass)
returns jsonb
language sql
stable
as $function$
    select pg_catalog.jsonb_object_agg(
        attributes.attname,
        pg_catalog.jsonb_build_object(
            'type', pg_catalog.format_type(attributes.atttypid, -1),
            'full_type', pg_catalog.format_type(attributes.atttypid, attributes.atttypmod),
            'not_null', attributes.attnotnull,
            'max_length', case
                when attributes.atttypid in ('varchar'::regtype, 'bpchar'::regtype) and attributes.atttypmod > 4
                    then attributes.atttypmod - 4
            end
        )
    )
    from pg_catalog.pg_attribute as attributes
    where attributes.attrelid = p_target and attributes.attnum > 0 and not attributes.attisdropped
$function$
{% endmacro %}
