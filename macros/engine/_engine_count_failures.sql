{#-
  batch_ops.count_failures: the failures of a run that count against max_errors: rows that were invalid or refused, and
  batches that failed as a whole.

  Not those that are about to be tried again: a run that stopped over its limit could never be mended otherwise.
-#}
{% macro _engine_count_failures() %}
create or replace function batch_ops.count_failures(p_operation_id uuid)
returns bigint
language sql
stable
as $function$
    select pg_catalog.count(*)
    from batch_ops.errors
    left join batch_ops.batches using (operation_id, step_number, batch_number)
    where
        errors.operation_id = p_operation_id
        and errors.resolved_at is null
        and errors.kind in ('invalid', 'row', 'batch')
        and not errors.retry_requested
        and not (errors.kind = 'batch' and coalesce(batches.status in ('released', 'claimed'), false))
$function$
{% endmacro %}
