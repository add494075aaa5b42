{#- batch_ops.next_ordinals: the ends of the next ranges of a run over staged keys; no table is read. -#}
{% macro _engine_next_ordinals() %}
create or replace function batch_ops.next_ordinals(
    p_lo jsonb,
    p_upper_bound jsonb,
    p_batch_size integer,
    p_count integer
)
returns jsonb []
language sql
immutable
as $function$
    select pg_catalog.array_agg(
        pg_catalog.jsonb_build_array(least(ends.ordinal, (p_upper_bound ->> 0)::bigint)) order by ends.ordinal
    )
    from (
        select coalesce((p_lo ->> 0)::bigint, 0) + p_batch_size::bigint * turns.turn as ordinal
        from pg_catalog.generate_series(1, p_count) as turns (turn)
    ) as ends
    where ends.ordinal - p_batch_size < (p_upper_bound ->> 0)::bigint
$function$
{% endmacro %}
