{#-
  batch_ops.claim_failed: what an error means that a claim met, before any batch: try again a few times, or end the run.

  Returns the slice's outcome: `waiting` or `fatal`; the error is recorded.
-#}
{% macro _engine_claim_failed() %}
create or replace function batch_ops.claim_failed(
    p_slice batch_ops.slice,
    p_track batch_ops.track,
    p_sqlstate text,
    p_message text,
    p_detail text
)
returns text
language plpgsql
as $function$
declare
    v_is_transient boolean := batch_ops.error_class(p_sqlstate) = 'transient' and p_track.failed_claims <= p_slice.max_retries;
begin
    perform batch_ops.record_error(
        p_slice.operation_id, p_slice.step_number, null, null, case when v_is_transient then 'retried' else 'run' end,
        p_sqlstate, p_message, p_detail, null
    );
    return case when v_is_transient then 'waiting' else 'fatal' end;
end
$function$
{% endmacro %}
