{#-
  batch_ops.purgeable_runs: the closed runs that are older than a moment and not among the newest of their operation.

  This role's expired plans count as closed, since a purge closes them first: so a dry run tells the same.
-#}
{% macro _engine_purgeable_runs() %}
create or replace function batch_ops.purgeable_runs(p_closed_before timestamptz, p_keep integer)
returns table (operation_id uuid, operation text, closed_at timestamptz)
language sql
as $function$
    select ranked.operation_id, ranked.operation, ranked.closed_at
    from (
        select
            closed.*,
            pg_catalog.row_number() over (
                partition by closed.operation order by closed.closed_at desc, closed.operation_id desc
            ) as place
        from (
            select
                runs.operation_id,
                runs.operation,
                coalesce(runs.closed_at, pg_catalog.statement_timestamp()) as closed_at
            from batch_ops.runs
            where
                runs.closed_at is not null
                or runs.operation_id in (select expired.operation_id from batch_ops.expired_plans() as expired (operation_id))
        ) as closed
    ) as ranked
    where
        ranked.closed_at < p_closed_before
        and (p_keep is null or ranked.place > p_keep)
        and not batch_ops.is_live(ranked.operation_id, pg_catalog.pg_backend_pid())
$function$
{% endmacro %}
