{#-
  batch_ops.resume: takes a pause back, and notes who wants a run to go on; returns its summary, null when there is none.

  is_live tells whether a session works on it, which then just goes on; otherwise the caller does the work
  (docs/decisions/0014-a-pause-ends-the-command.md).
-#}
{% macro _engine_resume() %}
create or replace function batch_ops.resume(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
begin
    -- Either the slice that ends now sees this, or this sees what that slice has made of the run.
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id for update;
    if v_run.closed_at is null and v_run.cancel_requested_at is null and v_run.status <> 'planned' then
        insert into batch_ops.controls (operation_id, action) values (p_operation_id, 'resume');
        update batch_ops.runs
        set pause_requested_at = null, pause_requested_by = null
        where runs.operation_id = p_operation_id;
    end if;
    return batch_ops.run_summary(p_operation_id) || pg_catalog.jsonb_build_object(
        'is_live', v_run.status = 'running' and batch_ops.is_live(p_operation_id)
    );
end
$function$
{% endmacro %}
