{#-
  batch_ops.runs_of_leftover_batches: the ids, behind one, of runs that are gone while batches of theirs are still there.

  Steps from id to id along the primary key, so that a ledger with a billion batches is not read for a handful of runs.
-#}
{% macro _engine_runs_of_leftover_batches() %}
create or replace function batch_ops.runs_of_leftover_batches(p_after uuid default null)
returns setof uuid
language sql
set enable_seqscan = off
as $function$
    with recursive ids as (
        (
            select batches.operation_id
            from batch_ops.batches
            where batches.operation_id >= coalesce(p_after, '00000000-0000-0000-0000-000000000000')
            order by batches.operation_id
            limit 1
        )
        union all
        select (
            select batches.operation_id
            from batch_ops.batches
            where batches.operation_id > ids.operation_id
            order by batches.operation_id
            limit 1
        )
        from ids
        where ids.operation_id is not null
    )

    select ids.operation_id
    from ids
    where
        ids.operation_id <> coalesce(p_after, '00000000-0000-0000-0000-000000000000')
        and not exists (select 1 from batch_ops.runs where runs.operation_id = ids.operation_id)
    order by ids.operation_id
$function$
{% endmacro %}
