{#-
  batch_ops.settle_delivery: records how an attempt to deliver a message ended.

  That a message was delivered is a fact, whoever tells of it and how late. That an attempt failed counts only while nobody
  has begun another one. A message is given up after p_most_attempts, or when its next attempt would come when it is older than
  p_max_age. p_retry_after is what the receiver asked for.

  Returns delivered, gave_up and the seconds until the next attempt; null when the message was purged meanwhile.
-#}
{% macro _engine_settle_delivery() %}
create or replace function batch_ops.settle_delivery(
    p_notification_id uuid,
    p_channel text,
    p_attempt integer,
    p_is_delivered boolean,
    p_error text,
    p_most_attempts integer,
    p_max_age interval,
    p_retry_after interval
)
returns jsonb
language plpgsql
as $function$
declare
    v_now timestamptz := pg_catalog.clock_timestamp();
    v_next timestamptz := v_now + greatest(
        batch_ops.delivery_pause(p_attempt), least(coalesce(p_retry_after, interval '0'), interval '6 hours')
    );
begin
    if p_is_delivered then
        update batch_ops.deliveries
        set delivered_at = coalesce(deliveries.delivered_at, v_now), gave_up_at = null, last_error = p_error
        where deliveries.notification_id = p_notification_id and deliveries.channel = p_channel;
    else
        update batch_ops.deliveries
        set
            last_error = p_error,
            next_attempt_at = v_next,
            gave_up_at = case
                when p_attempt >= p_most_attempts or v_next > notifications.created_at + p_max_age then v_now
            end
        from batch_ops.notifications
        where
            deliveries.notification_id = p_notification_id
            and deliveries.channel = p_channel
            and deliveries.attempts = p_attempt
            and deliveries.delivered_at is null
            and deliveries.gave_up_at is null
            and notifications.notification_id = p_notification_id;
    end if;
    return (
        select pg_catalog.jsonb_build_object(
            'delivered', deliveries.delivered_at is not null,
            'gave_up', deliveries.gave_up_at is not null,
            'seconds', greatest(extract(epoch from deliveries.next_attempt_at - v_now), 0)
        )
        from batch_ops.deliveries
        where deliveries.notification_id = p_notification_id and deliveries.channel = p_channel
    );
end
$function$
{% endmacro %}
