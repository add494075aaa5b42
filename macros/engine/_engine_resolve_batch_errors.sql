{#- batch_ops.resolve_batch_errors: a batch's errors of earlier attempts no longer stand: it is done, or failed anew. -#}
{% macro _engine_resolve_batch_errors() %}
create or replace function batch_ops.resolve_batch_errors(
    p_operation_id uuid,
    p_step_number integer,
    p_batch_number bigint
)
returns void
language sql
as $function$
    update batch_ops.errors
    set resolved_at = pg_catalog.clock_timestamp(), resolved_by = session_user
    where
        errors.operation_id = p_operation_id
        and errors.step_number = p_step_number
        and errors.batch_number = p_batch_number
        and errors.kind = 'batch'
        and errors.resolved_at is null
$function$
{% endmacro %}
