{#- batch_ops.open_deployed: opens a run for a deployed function or procedure; raises when it may not start. -#}
{% macro _engine_open_deployed() %}
create or replace function batch_ops.open_deployed(p_request jsonb, p_arguments jsonb)
returns uuid
language plpgsql
as $function$
declare
    v_opened jsonb := batch_ops.open_run(batch_ops.deployed_request(p_request, p_arguments));
begin
    if v_opened ->> 'status' = 'refused' then
        raise exception '% was not started; nothing was changed: %',
            p_request #>> '{description,operation}', batch_ops.refusal_text(v_opened)
        using errcode = 'object_not_in_prerequisite_state';
    end if;
    return (v_opened ->> 'operation_id')::uuid;
end
$function$
{% endmacro %}
