{#-
  batch_ops.stage_keys: writes the matching keys, in key order, into a logged table of the run; returns how many.

  This freezes the run's scope: rows that begin to match later are not touched, and the total is exact.
  p_limit keys at most are written; null for all.
-#}
{% macro _engine_stage_keys() %}
create or replace function batch_ops.stage_keys(
    p_table text,
    p_matching_keys text,
    p_key_columns text[],
    p_parameters jsonb,
    p_run_started_at timestamptz,
    p_limit bigint
)
returns bigint
language plpgsql
as $function$
declare
    v_order text;
    v_columns text;
    v_staged bigint;
begin
    select
        pg_catalog.string_agg(pg_catalog.format('matching.%I', named.name), ', ' order by named.position),
        pg_catalog.string_agg(
            pg_catalog.format('matching.%I as key_%s', named.name, named.position), ', ' order by named.position
        )
    into v_order, v_columns
    from pg_catalog.unnest(p_key_columns) with ordinality as named (name, position);

    -- The condition stands on lines of its own: it may end with a comment.
    execute pg_catalog.format(
        E'create table batch_ops.%1$I as '
        'select pg_catalog.row_number() over (order by %2$s) as ordinal, %3$s '
        'from (\n%4$s\n) as matching order by %2$s limit $5',
        p_table, v_order, v_columns, p_matching_keys
    )
    using null::jsonb, null::jsonb, p_parameters, p_run_started_at, p_limit;
    get diagnostics v_staged = row_count;
    execute pg_catalog.format('alter table batch_ops.%I add primary key (ordinal)', p_table);
    -- Without statistics the first batches would be planned for a table of unknown size.
    execute pg_catalog.format('analyze batch_ops.%I', p_table);
    return v_staged;
end
$function$
{% endmacro %}
