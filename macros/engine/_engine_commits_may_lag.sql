{#-
  batch_ops.commits_may_lag: whether a run on this target may commit asynchronously.

  Only where a crash loses record and data together or keeps both: permanent tables of this database, no foreign
  server behind any partition (DESIGN, Durability; PostgreSQL manual, chapter 28.4, Asynchronous Commit).
-#}
{% macro _engine_commits_may_lag() %}
create or replace function batch_ops.commits_may_lag(p_target regclass)
returns boolean
language sql
stable
as $function$
    select pg_catalog.bool_and(classes.relpersistence = 'p' and classes.relkind in ('r', 'p'))
    from pg_catalog.pg_class as classes
    where
        classes.oid = p_target
        or classes.oid in (select tree.relid from pg_catalog.pg_partition_tree(p_target) as tree)
$function$
{% endmacro %}
