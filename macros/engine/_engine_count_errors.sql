{#- batch_ops.count_errors: a run's failures that are not mended yet: invalid rows, failed rows and batches, the run's own. -#}
{% macro _engine_count_errors() %}
create or replace function batch_ops.count_errors(p_operation_id uuid)
returns bigint
language sql
stable
as $function$
    select pg_catalog.count(*)
    from batch_ops.errors
    where
        errors.operation_id = p_operation_id
        and errors.resolved_at is null
        and errors.kind <> 'retried'
$function$
{% endmacro %}
