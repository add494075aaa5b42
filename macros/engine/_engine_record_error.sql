{#- batch_ops.record_error: one line in the ledger for an error that a batch, or a claim (no batch number), met. -#}
{% macro _engine_record_error() %}
create or replace function batch_ops.record_error(
    p_operation_id uuid,
    p_step_number integer,
    p_batch_number bigint,
    p_claim_number integer,
    p_sqlstate text,
    p_message text,
    p_detail text,
    p_constraint text
)
returns void
language sql
as $function$
    insert into batch_ops.errors (
        operation_id, step_number, batch_number, claim_number,
        sqlstate, error_message, error_detail, constraint_name
    )
    values (
        p_operation_id, p_step_number, p_batch_number, p_claim_number,
        p_sqlstate, p_message, nullif(p_detail, ''), nullif(p_constraint, '')
    )
$function$
{% endmacro %}
