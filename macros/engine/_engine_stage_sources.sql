{#-
  batch_ops.stage_sources: stages everything that a run was given as rows, and returns its parameters without them.

  What is left of such a parameter is how many rows it had and a digest, by which a resume recognises it.
-#}
{% macro _engine_stage_sources() %}
create or replace function batch_ops.stage_sources(p_sources jsonb, p_arguments jsonb)
returns jsonb
language plpgsql
as $function$
declare
    v_source jsonb;
    v_name text;
    v_digest text;
    v_parameters jsonb := p_arguments;
begin
    for v_source in select given.item from pg_catalog.jsonb_array_elements(p_sources) as given (item) loop
        v_name := v_source ->> 'name';
        -- First: what is staged takes the upload away, with its digest.
        v_digest := batch_ops.argument_digest(p_arguments -> v_name);
        v_parameters := v_parameters || pg_catalog.jsonb_build_object(v_name, pg_catalog.jsonb_build_object(
            'staged', v_source ->> 'table',
            'records', batch_ops.stage_source(v_source, p_arguments -> v_name),
            'digest', v_digest,
            'given', coalesce(v_source ->> 'query', v_source ->> 'file_name')
        ));
    end loop;
    return v_parameters;
end
$function$
{% endmacro %}
