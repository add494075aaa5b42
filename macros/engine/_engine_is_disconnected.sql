{#-
  batch_ops.is_disconnected: whether an error means that the connection to a shard is lost, so that the transaction cannot be
  committed any more (PostgreSQL, appendix A: class 08, and 57P01 to 57P03, with which a server that stops says good-bye).
-#}
{% macro _engine_is_disconnected() %}
create or replace function batch_ops.is_disconnected(p_slice batch_ops.slice, p_sqlstate text)
returns boolean
language sql
immutable
as $function$
    select coalesce(
        p_slice.marker_table is not null
        and (pg_catalog.left(p_sqlstate, 2) = '08' or p_sqlstate in ('57P01', '57P02', '57P03')),
        false
    )
$function$
{% endmacro %}
