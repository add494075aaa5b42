{#-
  batch_ops.finish_step: closes a step that has nothing left and opens the next; true when there is no other one.

  Runs under the step's claim lock, in the transaction that ends a slice: a process that dies here leaves the step as
  it was, finished but not closed, and whoever comes next does this again. Steps with nothing to do are passed by.
-#}
{% macro _engine_finish_step() %}
create or replace function batch_ops.finish_step(p_operation_id uuid, p_step_number integer)
returns boolean
language plpgsql
as $function$
declare
    v_turn integer;
    v_refusal jsonb;
begin
    update batch_ops.steps
    set status = 'completed', completed_at = pg_catalog.clock_timestamp()
    where steps.operation_id = p_operation_id and steps.step_number = p_step_number and steps.status = 'running';
    if not found then
        -- Another worker has closed it, and with it decided what comes next.
        return not exists (
            select 1 from batch_ops.steps where steps.operation_id = p_operation_id and steps.status <> 'completed'
        );
    end if;
    perform
        pg_catalog.set_config('TimeZone', runs.timezone, true),
        pg_catalog.set_config('DateStyle', runs.datestyle, true),
        pg_catalog.set_config('search_path', runs.search_path, true)
    from batch_ops.runs
    where runs.operation_id = p_operation_id;
    if exists (
        select 1 from batch_ops.steps where steps.operation_id = p_operation_id and steps.status = 'running'
    ) then
        -- Those beside it; or failed rows of several steps are tried again, and each of these steps has its turn.
        return false;
    end if;
    loop
        select steps.turn into v_turn
        from batch_ops.steps
        where steps.operation_id = p_operation_id and steps.status = 'pending'
        order by steps.step_number
        limit 1;
        if not found then
            return true;
        end if;
        v_refusal := batch_ops.open_turn(p_operation_id, v_turn);
        if v_refusal is not null then
            raise exception using
                errcode = 'check_violation',
                message = batch_ops.refusal_text(v_refusal),
                hint = 'Steps before this one are done and stay so.';
        end if;
        update batch_ops.steps
        set status = 'completed', completed_at = pg_catalog.clock_timestamp()
        where steps.operation_id = p_operation_id and steps.status = 'running' and steps.upper_bound is null;
        if exists (
            select 1 from batch_ops.steps where steps.operation_id = p_operation_id and steps.status = 'running'
        ) then
            return false;
        end if;
    end loop;
end
$function$
{% endmacro %}
