{#- batch_ops.drop_expired_plans: closes this role's plans that nobody confirmed in time, and drops what they staged. -#}
{% macro _engine_drop_expired_plans() %}
create or replace function batch_ops.drop_expired_plans()
returns void
language plpgsql
as $function$
begin
    perform batch_ops.set_status(expired.operation_id, 'cancelled')
    from (
        select runs.operation_id from batch_ops.runs
        where
            runs.status = 'planned'
            and runs.closed_at is null
            and runs.confirm_before < pg_catalog.clock_timestamp()
            and runs.run_as = current_user
        for update skip locked
    ) as expired;
end
$function$
{% endmacro %}
