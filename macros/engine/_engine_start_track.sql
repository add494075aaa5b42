{#- batch_ops.start_track: what a slice begins with, from what the slice before handed on (null: nothing). -#}
{% macro _engine_start_track() %}
create or replace function batch_ops.start_track(p_slice batch_ops.slice, p_state jsonb)
returns batch_ops.track
language sql
as $function$
    select row(
        0, 0, 0, 0,
        coalesce((known.track ->> 'stride')::integer, p_slice.batch_size),
        (known.track ->> 'spacing')::integer,
        p_slice.error_count,
        coalesce((known.track ->> 'streak')::integer, 0),
        coalesce((known.track ->> 'streak_records')::bigint, 0),
        known.track ->> 'streak_reason',
        0,
        coalesce((known.track ->> 'failed_claims')::integer, 0),
        coalesce((known.track ->> 'claim_count')::integer, 1),
        (known.track ->> 'last_batch')::bigint
    )::batch_ops.track
    from (
        -- Another step is another matter.
        select case when (p_state #>> '{step,number}')::integer = p_slice.step_number then p_state -> 'track' end as track
    ) as known
$function$
{% endmacro %}
