{#- batch_ops.has_rows_to_retry: whether retry_failed has asked for failed rows of a batch, and they were not tried since. -#}
{% macro _engine_has_rows_to_retry() %}
create or replace function batch_ops.has_rows_to_retry(p_batch batch_ops.batches)
returns boolean
language sql
stable
as $function$
    select p_batch.failed_records > 0 and exists (
        select 1 from batch_ops.errors
        where
            errors.operation_id = p_batch.operation_id
            and errors.step_number = p_batch.step_number
            and errors.batch_number = p_batch.batch_number
            and errors.kind = 'row'
            and errors.resolved_at is null
            and errors.retry_requested
    )
$function$
{% endmacro %}
