{#-
  batch_ops.settle_failure: decides what an error means for a batch, and records both; returns the outcome (apply_batch).

  What was applied before the error stays, with how far it went. docs/decisions/0013-errors-by-class.md
-#}
{% macro _engine_settle_failure() %}
create or replace function batch_ops.settle_failure(
    p_slice batch_ops.slice,
    p_batch batch_ops.batches,
    p_applied batch_ops.application,
    p_started_at timestamptz
)
returns text
language plpgsql
as $function$
declare
    v_attempts integer := p_batch.attempts + 1;
    v_size integer := coalesce(p_batch.piece_size, p_slice.batch_size);
    v_retry_at timestamptz;
    v_outcome text;
begin
    v_outcome := case
        when p_applied.failure_class = 'cancelled' then 'cancelled'
        -- The run's own time is over: no fault of the batch.
        when p_applied.failure_class = 'timeout' and p_slice.deadline_at <= pg_catalog.clock_timestamp() then 'cancelled'
        when p_applied.failure_class = 'timeout' and p_slice.is_divisible and v_size > 1 then 'timed_out'
        when
            p_applied.failure_class in ('transient', 'timeout')
            and p_slice.is_repeatable
            and v_attempts <= p_slice.max_retries
            then 'retried'
        when p_applied.failure_class = 'fatal' then 'fatal'
        else 'failed'
    end;
    if v_outcome = 'cancelled' then
        -- Rows that were set aside before it stay so, and the batch goes on behind them.
        perform batch_ops.record_failures(p_slice, p_batch, 'row', p_applied.failures);
        perform batch_ops.settle_batch(
            p_batch, 'released', p_applied, p_started_at, p_batch.attempts, null, p_batch.piece_size
        );
        return v_outcome;
    end if;

    if
        v_outcome = 'failed'
        and p_applied.failure_class = 'timeout'
        and p_slice.is_divisible
        and p_slice.goes_on
        and coalesce(p_applied.applied_hi, p_batch.applied_hi, '[]'::jsonb) <> p_batch.range_hi
    then
        -- One row alone is too slow: it is as bad as one that is refused, and the others go on without it.
        p_applied := batch_ops.set_first_row_aside(p_slice, p_batch, p_applied);
        perform batch_ops.record_failures(p_slice, p_batch, 'row', p_applied.failures);
        perform batch_ops.settle_batch(
            p_batch, case when p_applied.applied_hi = p_batch.range_hi then 'completed' else 'released' end, p_applied,
            p_started_at, 0, case when p_applied.applied_hi <> p_batch.range_hi then pg_catalog.clock_timestamp() end
        );
        if p_applied.applied_hi = p_batch.range_hi then
            perform batch_ops.resolve_batch_errors(p_batch.operation_id, p_batch.step_number, p_batch.batch_number);
        end if;
        return 'retried';
    end if;

    if v_outcome = 'retried' then
        v_retry_at := pg_catalog.clock_timestamp() + batch_ops.retry_pause(v_attempts);
    elsif v_outcome = 'timed_out' then
        -- Smaller pieces are another thing than the same again: they do not count as attempts.
        v_attempts := p_batch.attempts;
        v_size := v_size / 2;
        v_retry_at := pg_catalog.clock_timestamp();
    end if;
    if v_outcome in ('failed', 'fatal') then
        -- One failure, however often the batch is tried: the newest error tells of it.
        perform batch_ops.resolve_batch_errors(p_batch.operation_id, p_batch.step_number, p_batch.batch_number);
    end if;
    if p_applied.failure_class = 'budget' then
        -- Under a policy that bears no bad row: the one that was found, with its batch undone.
        perform batch_ops.record_failures(p_slice, p_batch, 'batch', p_applied.failures);
        p_applied.error_code := p_applied.failures[1] ->> 'sqlstate';
        p_applied.error_message := p_applied.failures[1] ->> 'message';
    else
        perform batch_ops.record_failures(p_slice, p_batch, 'row', p_applied.failures);
        perform batch_ops.record_error(
            p_slice.operation_id, p_slice.step_number, p_batch.batch_number, p_batch.claim_number,
            case when v_outcome in ('failed', 'fatal') then 'batch' else 'retried' end,
            p_applied.error_code, p_applied.error_message, p_applied.error_detail, p_applied.constraint_name, v_attempts
        );
    end if;
    if not p_slice.goes_on then
        p_applied.failures := null;
    end if;
    perform batch_ops.settle_batch(
        p_batch, case when v_outcome in ('failed', 'fatal') then 'failed' else 'released' end, p_applied, p_started_at,
        v_attempts, v_retry_at, case when v_outcome = 'timed_out' then v_size else p_batch.piece_size end
    );
    return v_outcome;
end
$function$
{% endmacro %}
