{#- batch_ops.expired_plans: this role's plans that nobody confirmed in time and that are not closed yet. -#}
{% macro _engine_expired_plans() %}
create or replace function batch_ops.expired_plans()
returns setof uuid
language sql
stable
as $function$
    select runs.operation_id
    from batch_ops.runs
    where
        runs.status = 'planned'
        and runs.closed_at is null
        and runs.confirm_before < pg_catalog.clock_timestamp()
        and runs.run_as = current_user
$function$
{% endmacro %}
