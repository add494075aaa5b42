{#- batch_ops.common_reason: what all failures of an application have in common: SQLSTATE and constraint; else null. -#}
{% macro _engine_common_reason() %}
create or replace function batch_ops.common_reason(p_applied batch_ops.application)
returns text
language sql
immutable
as $function$
    select case
        when coalesce(p_applied.failure_class, 'budget') <> 'budget'
            then pg_catalog.concat_ws(' ', p_applied.error_code, nullif(p_applied.constraint_name, ''))
        else (
            select pg_catalog.min(causes.cause)
            from (
                select distinct pg_catalog.concat_ws(
                    ' ', failures.item ->> 'sqlstate', nullif(failures.item ->> 'constraint', '')
                ) as cause
                from pg_catalog.unnest(p_applied.failures) as failures (item)
            ) as causes
            having pg_catalog.count(*) = 1
        )
    end
$function$
{% endmacro %}
