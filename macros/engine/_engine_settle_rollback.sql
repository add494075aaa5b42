{#-
  batch_ops.settle_rollback: what a run that is one transaction has come to after its rollback: its status, and the
  errors that it met (p_state: what its last slice said).
-#}
{% macro _engine_settle_rollback() %}
create or replace function batch_ops.settle_rollback(p_operation_id uuid, p_state jsonb)
returns jsonb
language plpgsql
as $function$
begin
    perform batch_ops.lock_steps(p_operation_id);
    insert into batch_ops.errors (
        operation_id, step_number, batch_number, claim_number, kind, sqlstate, error_message, error_detail,
        constraint_name, occurred_at, row_number, source_line, source_row, row_key, range_lo, range_hi, attempts
    )
    select
        met.operation_id, met.step_number, met.batch_number, met.claim_number, met.kind, met.sqlstate,
        met.error_message, met.error_detail, met.constraint_name, met.occurred_at, met.row_number, met.source_line,
        met.source_row, met.row_key, met.range_lo, met.range_hi, met.attempts
    from pg_catalog.jsonb_populate_recordset(null::batch_ops.errors, p_state -> 'errors') as met
    where met.kind <> 'invalid' and p_state ->> 'status' = 'failed';
    perform batch_ops.set_status(
        p_operation_id, case p_state ->> 'status' when 'interrupted' then 'running' else p_state ->> 'status' end,
        null, p_state ->> 'stop_reason'
    );
    update batch_ops.workers
    set ended_at = pg_catalog.clock_timestamp()
    where workers.operation_id = p_operation_id and workers.pid = pg_catalog.pg_backend_pid();
    return batch_ops.run_summary(p_operation_id);
end
$function$
{% endmacro %}
