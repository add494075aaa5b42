{#- batch_ops.count_line_breaks: the line breaks in the values of a row. -#}
{% macro _engine_count_line_breaks() %}
create or replace function batch_ops.count_line_breaks(p_row jsonb)
returns bigint
language sql
immutable
as $function$
    select coalesce(
        pg_catalog.sum(
            pg_catalog.length(texts.value) - pg_catalog.length(pg_catalog.replace(texts.value, E'\n', ''))
        ), 0
    )::bigint
    from pg_catalog.jsonb_each_text(p_row) as texts
$function$
{% endmacro %}
