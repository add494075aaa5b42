{#- batch_ops.digest: a short text by which a value is recognised without keeping it. -#}
{% macro _engine_digest() %}
create or replace function batch_ops.digest(p_value jsonb)
returns text
language sql
immutable
as $function$
    select pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(p_value::text, 'UTF8')), 'hex'), 16)
$function$
{% endmacro %}
