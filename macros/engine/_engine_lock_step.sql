{#-
  batch_ops.lock_step: the claim lock of a step, held until the transaction ends.

  An advisory lock of the transaction: a session's lock would outlive a vanished host, and poolers leak it.
-#}
{% macro _engine_lock_step() %}
create or replace function batch_ops.lock_step(p_operation_id uuid, p_step_number integer)
returns void
language plpgsql
as $function$
begin
    perform pg_catalog.pg_advisory_xact_lock(
        pg_catalog.hashtextextended('batch_ops.steps/' || p_operation_id || '/' || p_step_number, 0)
    );
end
$function$
{% endmacro %}
