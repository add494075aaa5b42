{#-
  batch_ops.deployed_request: the request of a deployed function as that of a new run, with the caller's arguments.

  Raises feature_not_supported when the function was deployed by another release: its statements may not fit the engine.
-#}
{% macro _engine_deployed_request() %}
create or replace function batch_ops.deployed_request(p_request jsonb, p_arguments jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_deployed_id text := p_request #>> '{target,operation_id}';
    v_operation_id text := pg_catalog.gen_random_uuid()::text;
    v_engine text;
begin
    select installation.engine_hash into v_engine from batch_ops.installation;
    if v_engine <> p_request ->> 'engine_hash' then
        raise exception '% was deployed for another version of the engine.', p_request #>> '{description,operation}'
        using
            errcode = 'feature_not_supported',
            hint = pg_catalog.format(
                'Deploy it again: dbt run-operation dbt_batch_ops.deploy --args ''{operation: %s}''',
                p_request #>> '{description,operation}'
            );
    end if;
    -- The names of a run's staged tables have its id in them.
    return pg_catalog.replace(
        pg_catalog.replace(p_request::text, v_deployed_id, v_operation_id),
        pg_catalog.replace(v_deployed_id, '-', ''), pg_catalog.replace(v_operation_id, '-', '')
    )::jsonb || pg_catalog.jsonb_build_object('arguments', p_arguments);
end
$function$
{% endmacro %}
