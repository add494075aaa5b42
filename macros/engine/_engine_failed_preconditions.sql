{#- batch_ops.failed_preconditions: the texts of the preconditions that do not hold now; null counts as not holding. -#}
{% macro _engine_failed_preconditions() %}
create or replace function batch_ops.failed_preconditions(
    p_preconditions jsonb,
    p_parameters jsonb,
    p_run_started_at timestamptz
)
returns text[]
language plpgsql
as $function$
declare
    v_precondition jsonb;
    v_holds boolean;
    v_failed text[] := '{}';
begin
    for v_precondition in
        select given.item from pg_catalog.jsonb_array_elements(p_preconditions) as given (item)
    loop
        execute v_precondition ->> 'sql'
        into v_holds
        using null::jsonb, null::jsonb, p_parameters, p_run_started_at;
        if v_holds is not true then
            v_failed := v_failed || (v_precondition ->> 'text');
        end if;
    end loop;
    return v_failed;
end
$function$
{% endmacro %}
