{#-
  batch_ops.count_matching: the rows a run would change and the batches it would take, for a dry run.

  Staged keys are counted already. Otherwise it counts for as long as statement_timeout lets it, and falls back
  on the planner's estimate: a preview must not take as long as the work.
-#}
{% macro _engine_count_matching() %}
create or replace function batch_ops.count_matching(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_step batch_ops.steps;
    v_records bigint;
    v_is_exact boolean := true;
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    select * into v_step from batch_ops.steps where steps.operation_id = p_operation_id and steps.step_number = 1;
    if v_step.total_is_exact then
        v_records := v_step.total_records;
    else
        begin
            execute pg_catalog.format(E'select pg_catalog.count(*) from (\n%s\n) as matching', v_step.plan ->> 'matching_keys')
            into v_records
            using null::jsonb, null::jsonb, v_run.parameters, v_run.started_at;
        exception
            when query_canceled then
                v_records := v_step.total_records;
                v_is_exact := false;
        end;
    end if;
    return pg_catalog.jsonb_build_object(
        'records', v_records,
        'is_exact', v_is_exact,
        'batches', pg_catalog.ceil(v_records::numeric / v_step.batch_size)
    );
end
$function$
{% endmacro %}
