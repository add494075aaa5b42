{#- batch_ops.claim_due: claims one given-back batch whose next attempt is due; runs under the step's claim lock. -#}
{% macro _engine_claim_due() %}
create or replace function batch_ops.claim_due(
    p_operation_id uuid,
    p_step_number integer,
    p_worker_id bigint,
    out batch_numbers bigint[],
    out claim_numbers integer[]
)
language sql
as $function$
    with due as (
        select batches.batch_number
        from batch_ops.batches
        where
            batches.operation_id = p_operation_id
            and batches.step_number = p_step_number
            and batches.retry_at <= pg_catalog.clock_timestamp()
            and batches.status = 'released'
        order by batches.retry_at
        limit 1
        for update skip locked
    ),

    claimed as (
        update batch_ops.batches
        set
            status = 'claimed',
            claim_number = batches.claim_number + 1,
            worker_id = p_worker_id,
            retry_at = null,
            claimed_at = pg_catalog.clock_timestamp()
        from due
        where
            batches.operation_id = p_operation_id
            and batches.step_number = p_step_number
            and batches.batch_number = due.batch_number
        returning batches.batch_number, batches.claim_number
    )

    select pg_catalog.array_agg(claimed.batch_number), pg_catalog.array_agg(claimed.claim_number)
    from claimed
$function$
{% endmacro %}
