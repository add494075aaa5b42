{#-
  batch_ops.retry_rows: tries those of a batch's failed rows again for which that was asked; which go well, are resolved.

  How far the batch was applied stays as it is. A row that is gone, or matches no longer, has nothing left to be
  done and is resolved too. After an error that no row is to blame for, the rest is left for the next attempt.
-#}
{% macro _engine_retry_rows() %}
create or replace function batch_ops.retry_rows(p_slice batch_ops.slice, p_batch batch_ops.batches)
returns batch_ops.application
language plpgsql
as $function$
declare
    v_error batch_ops.errors;
    v_run record;
    v_attempt batch_ops.application;
    v_records bigint := 0;
    v_resolved bigint := 0;
begin
    select runs.redact, steps.plan into v_run
    from batch_ops.runs
    inner join batch_ops.steps using (operation_id)
    where runs.operation_id = p_slice.operation_id and steps.step_number = p_slice.step_number;
    for v_error in
        select errors.* from batch_ops.errors
        where
            errors.operation_id = p_slice.operation_id
            and errors.step_number = p_slice.step_number
            and errors.batch_number = p_batch.batch_number
            and errors.kind = 'row'
            and errors.resolved_at is null
            and errors.retry_requested
        order by errors.error_id
    loop
        v_attempt := batch_ops.apply_range(p_slice, v_error.range_lo, v_error.range_hi);
        if v_attempt.failure_class is null then
            v_records := v_records + v_attempt.records;
            v_resolved := v_resolved + 1;
            update batch_ops.errors
            set resolved_at = pg_catalog.clock_timestamp(), resolved_by = session_user, retry_requested = false
            where errors.error_id = v_error.error_id;
        elsif v_attempt.failure_class = 'row' then
            update batch_ops.errors
            set
                attempts = errors.attempts + 1,
                retry_requested = false,
                sqlstate = v_attempt.error_code,
                error_message = batch_ops.withheld_message(v_run.redact, v_attempt.error_code, v_attempt.error_message),
                error_detail = case when v_run.redact = '{}' then nullif(v_attempt.error_detail, '') end,
                constraint_name = nullif(v_attempt.constraint_name, ''),
                source_row = coalesce(
                    batch_ops.shown_row(
                        batch_ops.failed_row(p_slice, v_error.range_lo, v_error.range_hi), v_run.redact, v_run.plan
                    ),
                    errors.source_row
                ),
                occurred_at = pg_catalog.clock_timestamp()
            where errors.error_id = v_error.error_id;
        else
            exit;
        end if;
    end loop;
    if coalesce(v_attempt.failure_class, 'row') = 'row' then
        v_attempt := null;
    end if;
    v_attempt.applied_hi := p_batch.applied_hi;
    v_attempt.records := v_records;
    v_attempt.resolved := v_resolved;
    return v_attempt;
end
$function$
{% endmacro %}
