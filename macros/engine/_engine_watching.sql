{#- batch_ops.watching: how a run is watched: what a description says of logging, metrics and notifications, or their defaults. -#}
{% macro _engine_watching() %}
create or replace function batch_ops.watching(
    p_description jsonb,
    out logging_level text,
    out collect_metrics boolean,
    out notify_on_completion boolean,
    out progress_notification_interval bigint,
    out notification_channels text[],
    out notification_message text
)
language sql
immutable
as $function$
    select
        coalesce(p_description ->> 'logging_level', 'standard'),
        coalesce((p_description ->> 'collect_metrics')::boolean, false),
        coalesce((p_description ->> 'notify_on_completion')::boolean, false),
        (p_description ->> 'progress_notification_interval')::bigint,
        array(
            select pg_catalog.jsonb_array_elements_text(coalesce(p_description -> 'notification_channels', '[]'))
        ),
        p_description ->> 'notification_message'
$function$
{% endmacro %}
