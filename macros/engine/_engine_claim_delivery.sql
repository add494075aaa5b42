{#-
  batch_ops.claim_delivery: takes the next message that is due on a channel, and leases it to the caller; null when none is.

  Commit before sending: the lease is in the row, and nobody else takes the message before it has run out. Whoever is killed between
  sending and settle_delivery leaves a message that is sent once more, with the same notification_id.

  Messages of a run keep their order: a later one waits until an earlier one was tried three times. Then it
  goes ahead, so that one message that is refused holds up no other for ever.
-#}
{% macro _engine_claim_delivery() %}
create or replace function batch_ops.claim_delivery(p_channel text, p_lease interval, p_due timestamptz)
returns jsonb
language plpgsql
as $function$
declare
    v_now timestamptz := pg_catalog.clock_timestamp();
    v_id uuid;
    v_attempts integer;
begin
    -- The message may have been written by a transaction that did not wait for the disk. Flushing this one, which comes
    -- later, flushes that one: nothing is told that a crash could undo.
    if pg_catalog.current_setting('synchronous_commit') = 'off' then
        perform pg_catalog.set_config('synchronous_commit', 'on', true);
    end if;
    select deliveries.notification_id into v_id
    from batch_ops.deliveries
    inner join batch_ops.notifications on deliveries.notification_id = notifications.notification_id
    where
        deliveries.channel = p_channel
        and deliveries.delivered_at is null
        and deliveries.gave_up_at is null
        and deliveries.next_attempt_at <= least(v_now, p_due)
        and not exists (
            select from batch_ops.notifications as earlier
            inner join batch_ops.deliveries as before on earlier.notification_id = before.notification_id
            where
                earlier.operation_id = notifications.operation_id
                and earlier.sequence_number < notifications.sequence_number
                and before.channel = p_channel
                and before.delivered_at is null
                and before.gave_up_at is null
                and before.attempts < 3
        )
    order by notifications.sequence_number
    limit 1
    for update of deliveries skip locked;
    if not found then
        return null;
    end if;
    update batch_ops.deliveries
    set attempts = deliveries.attempts + 1, next_attempt_at = pg_catalog.clock_timestamp() + p_lease
    where deliveries.notification_id = v_id and deliveries.channel = p_channel
    returning deliveries.attempts into v_attempts;
    return (
        select pg_catalog.to_jsonb(notifications.*) || pg_catalog.jsonb_build_object('attempt', v_attempts)
        from batch_ops.notifications
        where notifications.notification_id = v_id
    );
end
$function$
{% endmacro %}
