{#- batch_ops.sample_rows: the first rows that a plan's first step would work on, as JSON, columns in their order. -#}
{% macro _engine_sample_rows() %}
create or replace function batch_ops.sample_rows(p_operation_id uuid, p_count integer)
returns json
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_step batch_ops.steps;
    v_rows json;
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    select * into v_step from batch_ops.steps where steps.operation_id = p_operation_id and steps.step_number = 1;
    if v_step.upper_bound is null or v_step.statements ->> 'sample' is null then
        return '[]'::json;
    end if;
    execute pg_catalog.format(
        E'select coalesce(pg_catalog.json_agg(pg_catalog.to_json(sampled.*)), ''[]'') '
        'from (\n%s\nlimit $5\n) as sampled',
        v_step.statements ->> 'sample'
    )
    into v_rows
    using null::jsonb, v_step.upper_bound, v_run.parameters, v_run.started_at, p_count;
    return v_rows;
end
$function$
{% endmacro %}
