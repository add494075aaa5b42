{#-
  batch_ops.claim_abandoned: takes over batches that were given back, and claims that nobody works on any more.

  p_only_due: only those that were given back with a time for their next attempt, which has come; an index finds them.
  Liveness only decides when to try. What makes it safe is the row lock: the applying transaction holds it,
  `skip locked` passes it by, and the raised claim number sends a late worker away.
-#}
{% macro _engine_claim_abandoned() %}
create or replace function batch_ops.claim_abandoned(
    p_operation_id uuid,
    p_step_number integer,
    p_worker_id bigint,
    p_count integer,
    p_only_due boolean,
    out batch_numbers bigint[],
    out claim_numbers integer[]
)
language plpgsql
as $function$
begin
    if p_only_due then
        select pg_catalog.array_agg(due.batch_number order by due.batch_number) into batch_numbers
        from (
            select batches.batch_number
            from batch_ops.batches
            where
                batches.operation_id = p_operation_id
                and batches.step_number = p_step_number
                and batches.status = 'released'
                and batches.retry_at <= pg_catalog.clock_timestamp()
            order by batches.batch_number
            limit p_count
            for update skip locked
        ) as due;
    else
        select pg_catalog.array_agg(abandoned.batch_number order by abandoned.batch_number) into batch_numbers
        from (
            select batches.batch_number
            from batch_ops.batches
            inner join batch_ops.runs on batches.operation_id = runs.operation_id
            left join batch_ops.workers on batches.worker_id = workers.worker_id
            where
                batches.operation_id = p_operation_id
                and batches.step_number = p_step_number
                and (
                    (
                        batches.status = 'released'
                        and coalesce(batches.retry_at <= pg_catalog.clock_timestamp(), true)
                    )
                    or (
                        batches.status = 'claimed'
                        and (
                            batches.worker_id = p_worker_id
                            or batches.claimed_at < pg_catalog.clock_timestamp() - runs.claim_timeout
                            or not coalesce(batch_ops.is_alive(workers.pid, workers.backend_start), false)
                        )
                    )
                )
            order by batches.batch_number
            limit p_count
            for update of batches skip locked
        ) as abandoned;
    end if;

    with claimed as (
        update batch_ops.batches
        set
            status = 'claimed',
            claim_number = batches.claim_number + 1,
            worker_id = p_worker_id,
            retry_at = null,
            claimed_at = pg_catalog.clock_timestamp()
        where
            batches.operation_id = p_operation_id
            and batches.step_number = p_step_number
            and batches.batch_number = any (claim_abandoned.batch_numbers)
        returning batches.batch_number, batches.claim_number
    )

    select
        pg_catalog.array_agg(claimed.batch_number order by claimed.batch_number),
        pg_catalog.array_agg(claimed.claim_number order by claimed.batch_number)
    into batch_numbers, claim_numbers
    from claimed;
end
$function$
{% endmacro %}
