{#-
  batch_ops.claim_new: claims the next ranges behind a step's position; runs under the step's claim lock.
-#}
{% macro _engine_claim_new() %}
create or replace function batch_ops.claim_new(
    p_operation_id uuid,
    p_step_number integer,
    p_worker_id bigint,
    p_stride integer,
    p_count integer,
    out batch_numbers bigint [],
    out claim_numbers integer []
)
language plpgsql
as $function$
declare
    v_run record;
    v_step record;
    v_number bigint;
    v_lo jsonb;
    v_ends jsonb [];
begin
    select runs.parameters, runs.started_at, runs.batch_size
    into v_run
    from batch_ops.runs
    where runs.operation_id = p_operation_id;

    select steps.iterate_by, steps.upper_bound, steps.statements
    into v_step
    from batch_ops.steps
    where steps.operation_id = p_operation_id and steps.step_number = p_step_number;

    select newest.batch_number, newest.range_hi
    into v_number, v_lo
    from batch_ops.position(p_operation_id, p_step_number) as newest;
    v_number := coalesce(v_number, 0);

    if v_step.upper_bound is null or v_lo = v_step.upper_bound then
        return;
    elsif v_step.iterate_by = 'keys' then
        v_ends := batch_ops.next_ordinals(v_lo, v_step.upper_bound, v_run.batch_size, p_count);
    else
        v_ends := batch_ops.next_boundaries(
            v_step.statements, v_lo, v_step.upper_bound, v_run.parameters,
            v_run.started_at, v_run.batch_size, p_stride, p_count
        );
    end if;

    insert into batch_ops.batches (
        operation_id, step_number, batch_number, status, worker_id, range_lo, range_hi
    )
    select
        p_operation_id,
        p_step_number,
        v_number + claimed.turn,
        'claimed',
        p_worker_id,
        case claimed.turn when 1 then v_lo else v_ends[claimed.turn - 1] end,
        claimed.range_hi
    from pg_catalog.unnest(v_ends) with ordinality as claimed (range_hi, turn);
    select
        pg_catalog.array_agg(v_number + turns.turn order by turns.turn),
        pg_catalog.array_agg(1 order by turns.turn)
    into batch_numbers, claim_numbers
    from pg_catalog.generate_series(1, pg_catalog.cardinality(v_ends)) as turns (turn);
end
$function$
{% endmacro %}
