{#-
  batch_ops.purge_batches: deletes the next 50,000 batches of a run that is gone; returns how many, and where they end.

  Goes on behind p_after (step and batch), so that no chunk reads again what the chunks before it have deleted. Rows that
  another purge is deleting are left to it.
-#}
{% macro _engine_purge_batches() %}
create or replace function batch_ops.purge_batches(
    p_operation_id uuid,
    p_after jsonb,
    out deleted bigint,
    out last jsonb
)
language plpgsql
-- Missing or stale statistics must not turn a chunk into a scan of the whole ledger.
set enable_seqscan = off
as $function$
declare
    v_rows tid[];
begin
    select
        pg_catalog.array_agg(chunk.ctid),
        (pg_catalog.array_agg(
            pg_catalog.jsonb_build_array(chunk.step_number, chunk.batch_number)
            order by chunk.step_number desc, chunk.batch_number desc
        ))[1]
    into v_rows, last
    from (
        select batches.ctid, batches.step_number, batches.batch_number
        from batch_ops.batches
        where
            batches.operation_id = p_operation_id
            and (batches.step_number, batches.batch_number) > (
                coalesce((p_after ->> 0)::integer, 0), coalesce((p_after ->> 1)::bigint, 0)
            )
        order by batches.step_number, batches.batch_number
        limit 50000
        for update skip locked
    ) as chunk;
    -- By the place of its rows, which this transaction has locked: a join would be free to read the whole table for it.
    delete from batch_ops.batches where batches.ctid = any (v_rows);
    get diagnostics deleted = row_count;
end
$function$
{% endmacro %}
