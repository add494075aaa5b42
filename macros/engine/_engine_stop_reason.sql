{#-
  batch_ops.stop_reason: why a run stops by itself where no single error tells it; null for other outcomes.

  `over_limit`, `worker_over_limit` and `systemic` come from a slice (see slice_outcome). The other sign of a systemic
  failure is looked for here, once a slice: more than half of at least fifty batches without a single good row.
-#}
{% macro _engine_stop_reason() %}
create or replace function batch_ops.stop_reason(
    p_run batch_ops.runs,
    p_step_number integer,
    p_outcome text,
    p_track batch_ops.track
)
returns text
language plpgsql
as $function$
declare
    v_done bigint;
    v_hopeless bigint;
    v_goes_on boolean := p_run.error_handling in ('continue_on_error', 'collect_errors');
    v_failures bigint := case
        -- Also at the end: rows that were tried again, and failed again, were not counted meanwhile.
        when p_outcome = 'over_limit' or (v_goes_on and p_outcome = 'exhausted' and p_run.max_errors is not null)
            then batch_ops.count_failures(p_run.operation_id)
    end;
begin
    if v_failures > p_run.max_errors then
        return pg_catalog.format('%s rows or batches failed, more than max_errors = %s', v_failures, p_run.max_errors);
    elsif p_outcome = 'worker_over_limit' and not batch_ops.has_other_workers(p_run.operation_id) then
        return pg_catalog.format(
            'in each worker more than max_errors_per_worker = %s rows or batches failed', p_run.max_errors_per_worker
        );
    elsif p_outcome = 'systemic' then
        return pg_catalog.format(
            'every row of %s batches in succession failed for the same reason (SQLSTATE %s)',
            p_track.streak, p_track.streak_reason
        );
    elsif not v_goes_on or coalesce(p_track.hopeless, 0) = 0 then
        return null;
    end if;
    select
        pg_catalog.count(*),
        pg_catalog.count(*) filter (
            where batches.status = 'failed' or (batches.failed_records > 0 and batches.records = 0)
        )
    into v_done, v_hopeless
    from batch_ops.batches
    where
        batches.operation_id = p_run.operation_id
        and batches.step_number = p_step_number
        and batches.status in ('completed', 'failed');
    if v_done >= 50 and v_hopeless * 2 > v_done then
        return pg_catalog.format('%s of %s batches had no row that went well', v_hopeless, v_done);
    end if;
    return null;
end
$function$
{% endmacro %}
