{#-
  batch_ops.fill_message: a text with fields like {processed_records}, filled from facts in one pass.

  A field that the facts do not have stays as it is written: the generator has refused it, so it is meant.
-#}
{% macro _engine_fill_message() %}
create or replace function batch_ops.fill_message(p_template text, p_facts jsonb)
returns text
language sql
immutable
as $function$
    select pg_catalog.string_agg(
        case
            when found.parts[1] is null then found.parts[2]
            when p_facts ? found.parts[1] then coalesce(p_facts ->> found.parts[1], '')
            else '{' || found.parts[1] || '}'
        end,
        '' order by found.place
    )
    from pg_catalog.regexp_matches(p_template, '\{(\w+)\}|([^{]+|\{)', 'g') with ordinality as found (parts, place)
$function$
{% endmacro %}
