{#-
  batch_ops.open_step: freezes what a step works on, chooses the way it walks, and makes it the run's running step.

  Returns null, or why it may not start: `over_limit`, or `invalid` rows with the first of them; the caller then undoes
  everything (a run's first step) or fails the run (a later one).
-#}
{% macro _engine_open_step() %}
create or replace function batch_ops.open_step(p_operation_id uuid, p_step_number integer)
returns jsonb
language plpgsql
as $function$
declare
    v_run batch_ops.runs;
    v_step batch_ops.steps;
    v_estimate record;
    v_opened record;
    v_limit bigint;
begin
    select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    select * into v_step
    from batch_ops.steps
    where steps.operation_id = p_operation_id and steps.step_number = p_step_number;
    if v_run.max_records is not null and v_step.operation_type <> 'select' then
        select v_run.max_records - coalesce(pg_catalog.sum(batches.records), 0) into v_limit
        from batch_ops.batches
        inner join batch_ops.steps using (operation_id, step_number)
        where batches.operation_id = p_operation_id and steps.operation_type not in ('select', 'custom_function');
        -- What the steps beside this one will take.
        select v_limit - coalesce(pg_catalog.sum(steps.total_records), 0) into v_limit
        from batch_ops.steps
        where
            steps.operation_id = p_operation_id
            and steps.turn = v_step.turn
            and steps.step_number < p_step_number;
    end if;

    if coalesce(v_step.iterate_by, 'range') = 'range' then
        select * into v_estimate from batch_ops.prefers_keys(
            v_step.plan ->> 'matching_keys', v_step.plan ->> 'all_keys', v_run.parameters, v_run.started_at
        );
        v_step.iterate_by := coalesce(v_step.iterate_by, case when v_estimate.staged then 'keys' else 'range' end);
        v_step.total_records := v_estimate.expected_records;
        if v_step.shard is not null then
            -- The planner knows how selective the condition is, and only the shard how many rows there are.
            v_step.total_records := batch_ops.shard_rows(v_step.shard, v_step.target)
                * v_estimate.expected_records / greatest(v_estimate.all_records, 1);
        end if;
    end if;

    if v_step.iterate_by = 'rows' then
        select * into v_opened
        from batch_ops.open_rows(
            v_run, v_step, case when v_step.operation_type <> 'custom_function' then v_limit end
        );
        if v_opened.refusal is not null then
            return v_opened.refusal;
        end if;
        v_step.source := coalesce(v_step.source, '{}'::jsonb) || v_opened.source;
        v_step.total_records := v_opened.total;
        v_step.upper_bound := pg_catalog.jsonb_build_array(v_opened.last_row);
        if v_opened.total = 0 then
            v_step.upper_bound := null;
        end if;
    elsif v_step.iterate_by = 'keys' then
        v_step.total_records := batch_ops.stage_keys(
            v_step.staged_table, v_step.plan ->> 'matching_keys', v_step.key_columns, v_run.parameters, v_run.started_at,
            -- One more than allowed tells "too many" from "just enough" without counting them all.
            v_limit + 1
        );
        if v_step.total_records > v_limit then
            if v_run.on_limit = 'refuse' then
                return pg_catalog.jsonb_build_object('over_limit', v_run.max_records);
            end if;
            execute pg_catalog.format('delete from batch_ops.%I where ordinal > $1', v_step.staged_table) using v_limit;
            v_step.total_records := v_limit;
            v_step.source := coalesce(v_step.source, '{}'::jsonb) || '{"limited": true}'::jsonb;
        end if;
        v_step.upper_bound := case
            when v_step.total_records > 0 then pg_catalog.jsonb_build_array(v_step.total_records)
        end;
    else
        execute v_step.plan ->> 'last_key' into v_step.upper_bound;
    end if;

    if v_step.shard is not null and v_step.upper_bound is not null and not batch_ops.is_sent_whole(
        v_step.plan #>> array[v_step.iterate_by, 'apply', 'start'], v_step.upper_bound, v_run.parameters, v_run.started_at
    ) then
        v_step.source := coalesce(v_step.source, '{}'::jsonb) || '{"is_row_by_row": true}'::jsonb;
    end if;

    update batch_ops.steps
    set
        status = 'running',
        iterate_by = v_step.iterate_by,
        statements = v_step.plan -> v_step.iterate_by,
        staged_table = case when v_step.iterate_by = 'keys' then v_step.staged_table end,
        upper_bound = v_step.upper_bound,
        total_records = v_step.total_records,
        total_is_exact = v_step.iterate_by <> 'range',
        source = v_step.source,
        started_at = pg_catalog.clock_timestamp()
    where steps.operation_id = p_operation_id and steps.step_number = p_step_number;
    return null;
end
$function$
{% endmacro %}
