{#-
  batch_ops.next_integers: the ends of the next ranges by counting on; no table is read.

  For the ordinals of staged keys, and for integer keys without gaps: p_batch_size integers are at most that many rows.
-#}
{% macro _engine_next_integers() %}
create or replace function batch_ops.next_integers(
    p_lo jsonb,
    p_upper_bound jsonb,
    p_batch_size integer,
    p_count integer
)
returns jsonb[]
language sql
immutable
as $function$
    select pg_catalog.array_agg(
        pg_catalog.jsonb_build_array(least(ends.number, (p_upper_bound ->> 0)::numeric)::bigint) order by ends.number
    )
    from (
        -- Numeric, because the last turns may count beyond what a bigint holds.
        select coalesce((p_lo ->> 0)::numeric, 0) + p_batch_size::numeric * turns.turn as number
        from pg_catalog.generate_series(1, p_count) as turns (turn)
    ) as ends
    where ends.number - p_batch_size < (p_upper_bound ->> 0)::numeric
$function$
{% endmacro %}
