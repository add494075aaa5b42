{#-
  Every message that the engine has written was delivered within some minutes, on each channel that it is for.
  Documented in _macros.yml.

  A message for no channel by name is for whatever the one who delivers is set up for: where nobody has ever delivered
  anything, nobody waits for it.
-#}
{% test notifications_delivered(model, operation=none, minutes=none, hours=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["notifications", "deliveries", "runs"]) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
with messages as (
    select
        runs.operation,
        runs.operation_id,
        notifications.notification_id,
        notifications.event,
        notifications.channels,
        notifications.created_at
    from {{ reads.notifications }} as notifications
    inner join {{ reads.runs }} as runs on notifications.operation_id = runs.operation_id
    where
        notifications.created_at
        < clock_timestamp() - {{ dbt_batch_ops._test_minutes(minutes, "batch_ops_undelivered_minutes") }}
        {%- if operation is not none %}
        and runs.operation = {{ dbt_batch_ops._literal(operation) }}
        {%- endif %}
),

wanted as (
    select messages.notification_id, named.channel
    from messages
    cross join lateral unnest(messages.channels) as named (channel)
    union
    select deliveries.notification_id, deliveries.channel
    from {{ reads.deliveries }} as deliveries
    union
    select messages.notification_id, 'no channel' as channel
    from messages
    where
        messages.channels = '{}'
        and exists (select 1 from {{ reads.deliveries }} as deliveries)
        and not exists (
            select 1 from {{ reads.deliveries }} as deliveries
            where deliveries.notification_id = messages.notification_id
        )
),

findings as (
    select
        messages.operation,
        messages.operation_id,
        null::integer as step_number,
        null::bigint as batch_number,
        array[
            case
                when deliveries.gave_up_at is not null then 'a message was given up: '
                else 'a message was not delivered: '
            end || messages.event || ', ' || wanted.channel,
            coalesce(deliveries.attempts, 0) || ' attempts since '
            || to_char(messages.created_at, 'YYYY-MM-DD HH24:MI:SS TZH') || coalesce(': ' || deliveries.last_error, ''),
            'message ' || messages.notification_id || ' delivered'
        ] as finding
    from messages
    inner join wanted on messages.notification_id = wanted.notification_id
    left join {{ reads.deliveries }} as deliveries
        on wanted.notification_id = deliveries.notification_id and wanted.channel = deliveries.channel
    where
        deliveries.delivered_at is null
        and (
            deliveries.gave_up_at is null
            or deliveries.gave_up_at >= current_timestamp - interval '{{ (
                hours if hours is not none else dbt_batch_ops._setting("batch_ops_alert_hours")
            ) | float }} hours'
        )
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
