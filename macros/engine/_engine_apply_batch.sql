{#-
  batch_ops.apply_batch: changes the rows of one claimed range and records it, both in the caller's transaction.

  outcome is
    `completed`   all of it is done, but for failed_records rows that are recorded as errors (less than none: of failures
                  of an earlier attempt, so many were mended)
    `partial`     some of it is done and recorded, and the claim is still held: call again
    `retried`     given back, to be tried again after a pause
    `timed_out`   given back, to be done in smaller pieces; statement_timeout fires once in a CALL, so return
    `failed`      the batch as a whole failed, and so does the run unless its policy goes on
    `fatal`       it failed with an error after which no other batch would fare better
    `cancelled`   given back: by a person, or because the run's time is over
    `lost`        another worker took the claim over: nothing was changed

  p_spacing is the distance of bad rows where the last batches had many: they are then looked for at once. p_budget is
  how many more of them the run would bear. reason names the one cause of all failures, null when there are several.
  Nothing is caught out here: the batch row's lock is the lease and must outlive a failed statement.
-#}
{% macro _engine_apply_batch() %}
create or replace function batch_ops.apply_batch(
    p_slice batch_ops.slice,
    p_batch_number bigint,
    p_claim_number integer,
    p_spacing integer default null,
    p_budget bigint default null,
    out outcome text,
    out records bigint,
    out failed_records bigint,
    out spacing integer,
    out reason text
)
language plpgsql
as $function$
declare
    v_started_at timestamptz := pg_catalog.clock_timestamp();
    v_batch batch_ops.batches := batch_ops.lease_batch(
        p_slice.operation_id, p_slice.step_number, p_batch_number, p_claim_number
    );
    v_lo jsonb := coalesce(v_batch.applied_hi, v_batch.range_lo);
    v_hi jsonb := v_batch.range_hi;
    v_applied batch_ops.application;
begin
    if v_batch.batch_number is null then
        outcome := 'lost';
        return;
    elsif
        v_lo = v_hi
        or (
            v_batch.failed_records > 0
            and exists (
                select 1 from batch_ops.errors
                where
                    errors.operation_id = p_slice.operation_id
                    and errors.step_number = p_slice.step_number
                    and errors.batch_number = p_batch_number
                    and errors.kind = 'row'
                    and errors.resolved_at is null
                    and errors.retry_requested
            )
        )
    then
        v_applied := batch_ops.retry_rows(p_slice, v_batch);
    else
        if v_batch.piece_size is not null then
            v_hi := batch_ops.piece_end(p_slice, v_lo, v_hi, v_batch.piece_size);
        end if;
        if p_spacing is null or not p_slice.is_divisible then
            v_applied := batch_ops.apply_range(p_slice, v_lo, v_hi);
        end if;
        if p_slice.is_divisible and coalesce(v_applied.failure_class = 'row', v_applied.applied_hi is null) then
            v_applied := case
                when p_slice.goes_on then batch_ops.isolate(p_slice, v_lo, v_hi, p_spacing, p_budget)
                else batch_ops.find_first_failure(p_slice, v_lo, v_hi)
            end;
        end if;
    end if;

    records := coalesce(v_applied.records, 0);
    failed_records := coalesce(pg_catalog.cardinality(v_applied.failures), 0) - coalesce(v_applied.resolved, 0);
    spacing := v_applied.spacing;
    if v_applied.failures <> '{}' or v_applied.failure_class is not null then
        reason := batch_ops.common_reason(v_applied);
        if not (p_slice.goes_on and coalesce(v_applied.failure_class, 'budget') = 'budget') then
            outcome := batch_ops.settle_failure(p_slice, v_batch, v_applied, v_started_at);
            return;
        end if;
        perform batch_ops.record_failures(p_slice, v_batch, 'row', v_applied.failures);
    end if;
    outcome := case when v_applied.applied_hi = v_batch.range_hi then 'completed' else 'partial' end;
    perform batch_ops.settle_batch(
        v_batch, case outcome when 'completed' then 'completed' else 'claimed' end, v_applied, v_started_at,
        v_batch.attempts, null, v_batch.piece_size
    );
    if p_claim_number > 1 and outcome = 'completed' then
        -- It was tried before: what went wrong then is mended now.
        perform batch_ops.resolve_batch_errors(v_batch);
    end if;
end
$function$
{% endmacro %}
