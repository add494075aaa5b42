{#-
  batch_ops.renew_limits: how a run that goes on is to be done from now: the limits and policies of the spec as it is now.

  They say how the work is done, not what it is, and are no part of the spec's hash: whoever ran into one may raise it
  and go on. A run that is one transaction stays one, and the others do not become one.
-#}
{% macro _engine_renew_limits() %}
create or replace function batch_ops.renew_limits(p_operation_id uuid, p_description jsonb)
returns void
language plpgsql
as $function$
declare
    v_watching record := batch_ops.watching(p_description);
    v_heartbeat interval := pg_catalog.make_interval(secs => (p_description ->> 'heartbeat_seconds')::double precision);
begin
    update batch_ops.runs
    set
        max_errors = (p_description ->> 'max_errors')::bigint,
        max_retries = coalesce((p_description ->> 'max_retries')::integer, runs.max_retries),
        error_handling = case
            when 'rollback_on_any_error' in (runs.error_handling, p_description ->> 'error_handling')
                then runs.error_handling
            else coalesce(p_description ->> 'error_handling', runs.error_handling)
        end,
        redact = array(
            select pg_catalog.unnest(runs.redact)
            union
            select pg_catalog.jsonb_array_elements_text(coalesce(p_description -> 'redact', '[]'))
        ),
        max_workers = coalesce((p_description ->> 'max_workers')::integer, runs.max_workers),
        max_errors_per_worker = (p_description ->> 'max_errors_per_worker')::bigint,
        heartbeat_interval = coalesce(v_heartbeat, runs.heartbeat_interval),
        claim_timeout = coalesce(3 * v_heartbeat, runs.claim_timeout),
        description = nullif(p_description ->> 'description', ''),
        logging_level = v_watching.logging_level,
        collect_metrics = v_watching.collect_metrics,
        notify_on_completion = v_watching.notify_on_completion,
        progress_notification_interval = v_watching.progress_notification_interval,
        notification_channels = v_watching.notification_channels,
        notification_message = v_watching.notification_message,
        timeout = pg_catalog.make_interval(secs => (p_description ->> 'timeout_seconds')::double precision)
    where runs.operation_id = p_operation_id;
    update batch_ops.steps
    set idempotent = coalesce((described.step ->> 'idempotent')::boolean, false)
    from pg_catalog.jsonb_array_elements(p_description -> 'steps') as described (step)
    where steps.operation_id = p_operation_id and steps.name = described.step ->> 'name';
end
$function$
{% endmacro %}
