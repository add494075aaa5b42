{#-
  batch_ops.announce: puts a notification about a run into the outbox, in the transaction of what it tells.

  Whoever listens on batch_ops_notifications hears of it when that transaction has committed, and never before.
  p_records, p_batches: what the run has done so far.
-#}
{% macro _engine_announce() %}
create or replace function batch_ops.announce(
    p_operation_id uuid,
    p_event text,
    p_records bigint,
    p_batches bigint
)
returns void
language plpgsql
as $function$
declare
    v_notification_id uuid := pg_catalog.gen_random_uuid();
    v_created_at timestamptz := pg_catalog.clock_timestamp();
    v_run batch_ops.runs;
    v_facts jsonb;
    v_text record;
begin
    select runs.* into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
    v_facts := batch_ops.notification_facts(v_run, p_event, p_records, p_batches);
    v_text := batch_ops.notification_text(v_facts, v_run.notification_message, v_run.max_errors);
    insert into batch_ops.notifications (
        notification_id, operation_id, event, channels, subject, message, payload, created_at
    )
    values (
        v_notification_id, p_operation_id, p_event, v_run.notification_channels, v_text.subject, v_text.message,
        v_facts || pg_catalog.jsonb_build_object('notification_id', v_notification_id, 'created_at', v_created_at),
        v_created_at
    )
    -- The one warning of a run that too many rows fail.
    on conflict do nothing;
    if found then
        perform pg_catalog.pg_notify('batch_ops_notifications', v_notification_id::text);
    end if;
end
$function$
{% endmacro %}
