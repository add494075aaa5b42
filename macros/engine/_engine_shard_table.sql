{#-
  batch_ops.shard_table: the foreign table by which this database reads what a shard keeps for it: `applied` (its markers),
  `tables` (its keys and constraints) or `state` (its settings).

  Named after the server's OID: server names may be longer than what is left of an identifier.
-#}
{% macro _engine_shard_table() %}
create or replace function batch_ops.shard_table(p_server name, p_what text)
returns text
language sql
stable
as $function$
    select pg_catalog.format('shard_%s_%s', servers.oid, p_what)
    from pg_catalog.pg_foreign_server as servers
    where servers.srvname = p_server
$function$
{% endmacro %}
