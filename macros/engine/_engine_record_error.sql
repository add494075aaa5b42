{#-
  batch_ops.record_error: one line in the ledger for an error that a batch (kind `batch`), an attempt that will be made
  again (`retried`) or the run itself (`run`, no batch number) met.

  Where the operation keeps columns secret, what PostgreSQL says about values is left out (see withheld_message).
-#}
{% macro _engine_record_error() %}
create or replace function batch_ops.record_error(
    p_operation_id uuid,
    p_step_number integer,
    p_batch_number bigint,
    p_claim_number integer,
    p_kind text,
    p_sqlstate text,
    p_message text,
    p_detail text,
    p_constraint text,
    p_attempts integer default 1
)
returns void
language sql
as $function$
    insert into batch_ops.errors (
        operation_id, step_number, batch_number, claim_number, kind,
        sqlstate, error_message, error_detail, constraint_name, attempts
    )
    select
        p_operation_id, p_step_number, p_batch_number, p_claim_number, p_kind, p_sqlstate,
        batch_ops.withheld_message(runs.redact, p_sqlstate, p_message),
        case when runs.redact = '{}' then nullif(p_detail, '') end,
        nullif(p_constraint, ''), p_attempts
    from batch_ops.runs
    where runs.operation_id = p_operation_id
$function$
{% endmacro %}
