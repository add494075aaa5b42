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
    v_hi jsonb;
begin
    select runs.parameters, runs.started_at, runs.batch_size
    into v_run
    from batch_ops.runs
    where runs.operation_id = p_operation_id;

    select steps.iterate_by, steps.upper_bound, steps.statements
    into v_step
    from batch_ops.steps
    where steps.operation_id = p_operation_id and steps.step_number = p_step_number;

    -- The position is the newest batch, not a counter: a row updated once per batch would grow a
    -- chain of dead versions as soon as one old transaction is open anywhere.
    select batches.batch_number, batches.range_hi
    into v_number, v_lo
    from batch_ops.batches
    where batches.operation_id = p_operation_id and batches.step_number = p_step_number
    order by batches.batch_number desc
    limit 1;
    v_number := coalesce(v_number, 0);

    for v_turn in 1 .. p_count loop
        exit when v_step.upper_bound is null or v_lo = v_step.upper_bound;
        if v_step.iterate_by = 'keys' then
            v_hi := pg_catalog.jsonb_build_array(
                least(coalesce((v_lo ->> 0)::bigint, 0) + v_run.batch_size, (v_step.upper_bound ->> 0)::bigint)
            );
        else
            v_hi := coalesce(
                batch_ops.next_boundary(
                    v_step.statements, v_lo, v_step.upper_bound, v_run.parameters,
                    v_run.started_at, v_run.batch_size, p_stride
                ),
                v_step.upper_bound
            );
        end if;
        v_number := v_number + 1;
        insert into batch_ops.batches (
            operation_id, step_number, batch_number, status, worker_id, range_lo, range_hi
        )
        values (p_operation_id, p_step_number, v_number, 'claimed', p_worker_id, v_lo, v_hi);
        batch_numbers := batch_numbers || v_number;
        claim_numbers := claim_numbers || 1;
        v_lo := v_hi;
    end loop;
end
$function$
{% endmacro %}
