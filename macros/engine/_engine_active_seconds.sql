{#-
  batch_ops.active_seconds: how long at least one worker or coordinator of a run was there; null when none ever was.

  Not from start to end: a pause between kill and resume would spoil every rate. Spans of several workers overlap; a second
  counts once. A clock that was set back makes none negative.
-#}
{% macro _engine_active_seconds() %}
create or replace function batch_ops.active_seconds(p_operation_id uuid)
returns numeric
language sql
stable
as $function$
    select pg_catalog.sum(extract(epoch from pg_catalog.upper(spans.span) - pg_catalog.lower(spans.span)))
    from (
        select
            pg_catalog.range_agg(
                pg_catalog.tstzrange(
                    workers.joined_at,
                    greatest(workers.joined_at, coalesce(workers.ended_at, workers.heartbeat_at)),
                    '[]'
                )
            ) as presence
        from batch_ops.workers
        where workers.operation_id = p_operation_id
    ) as present
    cross join lateral pg_catalog.unnest(present.presence) as spans (span)
$function$
{% endmacro %}
