{#-
  batch_ops.apply_in_parts: does what can be done of a leased batch that is not simply new, and records it.

  That is: a batch whose statement has failed as a whole (p_failure), one that others began, one that is too slow to be done
  at once, one with failed rows to be tried again, and one in a stretch where bad rows are frequent. Parameters and what is
  returned are those of apply_batch. p_failure: how the batch as a whole has failed just now; its class is null if it was not tried.
-#}
{% macro _engine_apply_in_parts() %}
create or replace function batch_ops.apply_in_parts(
    p_slice batch_ops.slice,
    p_batch_number bigint,
    p_failure batch_ops.application,
    p_spacing integer,
    p_budget bigint,
    p_started_at timestamptz,
    out outcome text,
    out records bigint,
    out failed_records bigint,
    out spacing integer,
    out reason text,
    out failure batch_ops.application
)
language plpgsql
as $function$
declare
    v_batch batch_ops.batches;
    v_applied batch_ops.application;
begin
    select batches.* into v_batch
    from batch_ops.batches
    where
        batches.operation_id = p_slice.operation_id
        and batches.step_number = p_slice.step_number
        and batches.batch_number = p_batch_number;
    v_applied := case
        when p_slice.marker_table is null
            then batch_ops.apply_part(p_slice, v_batch, p_failure, p_spacing, p_budget)
        else batch_ops.apply_on_shard(p_slice, v_batch, p_failure, p_spacing, p_budget)
    end;
    if batch_ops.is_disconnected(p_slice, v_applied.error_code) then
        outcome := 'disconnected';
        records := 0;
        failed_records := 0;
        failure := v_applied;
        return;
    end if;

    records := coalesce(v_applied.records, 0);
    failed_records := coalesce(pg_catalog.cardinality(v_applied.failures), 0) - coalesce(v_applied.resolved, 0);
    spacing := v_applied.spacing;
    if v_applied.failures <> '{}' or v_applied.failure_class is not null then
        reason := batch_ops.common_reason(v_applied);
        if not (p_slice.goes_on and coalesce(v_applied.failure_class, 'budget') = 'budget') then
            outcome := batch_ops.settle_failure(p_slice, v_batch, v_applied, p_started_at);
            return;
        end if;
        perform batch_ops.record_failures(p_slice, v_batch, 'row', v_applied.failures);
    end if;
    outcome := case when v_applied.applied_hi = v_batch.range_hi then 'completed' else 'partial' end;
    perform batch_ops.settle_batch(
        v_batch, case outcome when 'completed' then 'completed' else 'claimed' end, v_applied, p_started_at,
        -- What comes next of it has its attempts before it.
        case outcome when 'completed' then v_batch.attempts else 0 end, null, v_batch.piece_size
    );
    if v_batch.claim_number > 1 and outcome = 'completed' then
        perform batch_ops.resolve_batch_errors(p_slice.operation_id, p_slice.step_number, p_batch_number);
    end if;
end
$function$
{% endmacro %}
