{#-
  batch_ops.position: the newest batch of a step, its range, and its rows once it is done; nulls before the first.

  Read off the batches, not off a counter: a row updated once per batch would grow a chain of dead versions as soon
  as one old transaction is open anywhere.
-#}
{% macro _engine_position() %}
create or replace function batch_ops.position(
    p_operation_id uuid,
    p_step_number integer,
    out batch_number bigint,
    out range_lo jsonb,
    out range_hi jsonb,
    out records bigint
)
language plpgsql
as $function$
begin
    select batches.batch_number, batches.range_lo, batches.range_hi, batches.records
    into position.batch_number, position.range_lo, position.range_hi, position.records
    from batch_ops.batches
    where batches.operation_id = p_operation_id and batches.step_number = p_step_number
    order by batches.batch_number desc
    limit 1;
end
$function$
{% endmacro %}
