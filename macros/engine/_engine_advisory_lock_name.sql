{#-
  batch_ops.advisory_lock_name: what an advisory lock of this package is for; null for one of somebody else.

  The steps' keys are hashes, so they are looked for the other way round: the steps are hashed. Those of closed runs too,
  since a late session may still wait for the claim lock of one.
-#}
{% macro _engine_advisory_lock_name() %}
create or replace function batch_ops.advisory_lock_name(p_classid oid, p_objid oid, p_objsubid smallint)
returns text
language sql
stable
as $function$
    select named.name
    from (
        -- A lock with one key of 64 bits, shown in two halves (PostgreSQL manual, pg_locks).
        select (p_classid::bigint << 32) | p_objid::bigint as key
        where p_objsubid = 1
    ) as locks
    cross join lateral (
        select 'the installation of dbt_batch_ops' as name
        where locks.key = pg_catalog.hashtextextended('batch_ops.install', 0)
        union all
        select pg_catalog.format(
            'the claim lock of step %s (%s) of run %s', steps.step_number, steps.name, steps.operation_id
        )
        from batch_ops.steps
        where locks.key = pg_catalog.hashtextextended(
            'batch_ops.steps/' || steps.operation_id || '/' || steps.step_number, 0
        )
    ) as named
    limit 1
$function$
{% endmacro %}
