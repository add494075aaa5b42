{#-
  batch_ops.one_line: a statement as one line that fits beside others.

  dbt puts a comment of 150 characters in front of everything that it sends; it would be all that is left.
-#}
{% macro _engine_one_line() %}
create or replace function batch_ops.one_line(p_statement text)
returns text
language sql
immutable
as $function$
    select case when pg_catalog.length(flat.line) > 120 then pg_catalog.left(flat.line, 117) || '...' else flat.line end
    from (
        select pg_catalog.btrim(pg_catalog.regexp_replace(
            pg_catalog.regexp_replace(p_statement, '^\s*/\*([^*]|\*[^/])*\*/', ''), '\s+', ' ', 'g'
        )) as line
    ) as flat
$function$
{% endmacro %}
