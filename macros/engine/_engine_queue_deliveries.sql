{#-
  batch_ops.queue_deliveries: makes a row for each channel that a message goes to, and gives up what is too old.

  A message that names no channel goes to those that the caller has. One that went to another channel and is old by now
  is not dug out for a channel that was set up later. What nobody delivers at all is given up as well, so that it is told.
  Returns how many were given up now, by channel, and what is due: claims of one pass name that moment.
-#}
{% macro _engine_queue_deliveries() %}
create or replace function batch_ops.queue_deliveries(p_channels text[], p_max_age interval)
returns jsonb
language plpgsql
as $function$
declare
    v_now timestamptz := pg_catalog.clock_timestamp();
    -- The channel of somebody else, who may be more patient.
    v_foreign_age interval := greatest(p_max_age, interval '7 days');
    v_expired jsonb;
begin
    -- In one order: two that queue the same messages at once never wait for each other in a circle.
    insert into batch_ops.deliveries (notification_id, channel)
    select notifications.notification_id, wanted.channel
    from batch_ops.notifications
    cross join lateral pg_catalog.unnest(
        case when notifications.channels = '{}' then p_channels else notifications.channels end
    ) as wanted (channel)
    where
        wanted.channel in ('email', 'webhook')
        and case
            when not wanted.channel = any (p_channels) then notifications.created_at < v_now - v_foreign_age
            when notifications.channels = '{}' and notifications.created_at < v_now - p_max_age
                then not exists (
                    select from batch_ops.deliveries
                    where deliveries.notification_id = notifications.notification_id
                )
            else true
        end
        and not exists (
            select from batch_ops.deliveries
            where
                deliveries.notification_id = notifications.notification_id
                and deliveries.channel = wanted.channel
        )
    order by notifications.sequence_number, wanted.channel
    on conflict do nothing;

    with stale as (
        select deliveries.notification_id, deliveries.channel
        from batch_ops.deliveries
        inner join batch_ops.notifications on deliveries.notification_id = notifications.notification_id
        where
            deliveries.delivered_at is null
            and deliveries.gave_up_at is null
            and case
                when deliveries.channel = any (p_channels)
                    -- Not while somebody is at it.
                    then notifications.created_at < v_now - p_max_age and deliveries.next_attempt_at <= pg_catalog.clock_timestamp()
                else notifications.created_at < v_now - v_foreign_age and deliveries.attempts = 0
            end
        order by notifications.sequence_number, deliveries.channel
        for update of deliveries skip locked
    ),

    expired as (
        update batch_ops.deliveries
        set
            gave_up_at = v_now,
            last_error = 'expired: it waited for too long' || coalesce('; ' || deliveries.last_error, '')
        from stale
        where deliveries.notification_id = stale.notification_id and deliveries.channel = stale.channel
        returning deliveries.channel
    )

    select pg_catalog.jsonb_object_agg(counted.channel, counted.messages) into v_expired
    from (
        select expired.channel, pg_catalog.count(*) as messages from expired group by expired.channel
    ) as counted;
    return pg_catalog.jsonb_build_object(
        'expired', coalesce(v_expired, '{}'), 'due', pg_catalog.clock_timestamp()
    );
end
$function$
{% endmacro %}
