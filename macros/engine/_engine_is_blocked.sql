{#-
  batch_ops.is_blocked: whether a worker has waited for others' batches so long that they must be taken to hang.

  A batch may take its time: as long as the spec allows, or three times as long as the slowest of its step so far.
-#}
{% macro _engine_is_blocked() %}
create or replace function batch_ops.is_blocked(
    p_run batch_ops.runs,
    p_step_number integer,
    p_waiting_since timestamptz
)
returns boolean
language plpgsql
as $function$
declare
    v_waited interval := pg_catalog.clock_timestamp() - p_waiting_since;
begin
    if v_waited is null or v_waited < greatest(p_run.claim_timeout, p_run.batch_timeout) then
        return false;
    end if;
    return v_waited >= (
        select coalesce(3 * pg_catalog.max(batches.completed_at - batches.started_at), interval '0')
        from batch_ops.batches
        where batches.operation_id = p_run.operation_id and batches.step_number = p_step_number
    );
end
$function$
{% endmacro %}
