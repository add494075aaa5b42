{#-
  batch_ops.next_step: the step that a session works on next: of those that run side by side one that has something left to
  claim, and the fewest other workers. When none runs, the last that was opened.

  `stable`, so that all of it looks at one moment: another worker may finish the step meanwhile.
-#}
{% macro _engine_next_step() %}
create or replace function batch_ops.next_step(p_operation_id uuid)
returns batch_ops.steps
language plpgsql
stable
as $function$
declare
    v_step batch_ops.steps;
begin
    select * into v_step
    from batch_ops.steps
    where steps.operation_id = p_operation_id and steps.status <> 'pending'
    -- The first that runs: failed rows may be tried again in several. Where none does, the last that was opened.
    order by steps.status <> 'running', case steps.status when 'running' then 1 else -1 end * steps.step_number
    limit 1;
    if v_step.status <> 'running' then
        return v_step;
    end if;
    select steps.* into v_step
    from batch_ops.steps
    cross join lateral (
        select
            (batch_ops.position(p_operation_id, steps.step_number)).range_hi is not distinct from steps.upper_bound
            and not exists (
                select 1 from batch_ops.batches
                where
                    batches.operation_id = p_operation_id
                    and batches.step_number = steps.step_number
                    and batches.retry_at <= pg_catalog.clock_timestamp()
            ) as is_worked_off,
            (
                select pg_catalog.count(*) from batch_ops.workers
                where
                    workers.operation_id = p_operation_id
                    and workers.step_number = steps.step_number
                    and workers.ended_at is null
                    and workers.pid <> pg_catalog.pg_backend_pid()
            ) as others
    ) as looked_at
    where steps.operation_id = p_operation_id and steps.status = 'running' and steps.turn = v_step.turn
    order by looked_at.is_worked_off, looked_at.others, steps.step_number
    limit 1;
    return v_step;
end
$function$
{% endmacro %}
