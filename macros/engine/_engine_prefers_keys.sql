{#-
  batch_ops.prefers_keys: whether to stage the matching keys first, by the planner's estimate, and the rows it expects.

  Staging pays when an index finds the matching rows for a small part of what reading the whole table costs;
  otherwise the walk along the key, which needs no long statement, is the better one.
-#}
{% macro _engine_prefers_keys() %}
create or replace function batch_ops.prefers_keys(
    p_matching_keys text,
    p_all_keys text,
    p_parameters jsonb,
    p_run_started_at timestamptz,
    out staged boolean,
    out expected_records bigint,
    out all_records bigint
)
language plpgsql
as $function$
declare
    v_matching json;
    v_all json;
begin
    execute 'explain (format json) ' || p_matching_keys
    into v_matching
    using null::jsonb, null::jsonb, p_parameters, p_run_started_at;
    execute 'explain (format json) ' || p_all_keys into v_all;
    expected_records := (v_matching #>> '{0,Plan,Plan Rows}')::numeric;
    all_records := (v_all #>> '{0,Plan,Plan Rows}')::numeric;
    staged := (v_matching #>> '{0,Plan,Total Cost}')::numeric
        < 0.1 * (v_all #>> '{0,Plan,Total Cost}')::numeric;
end
$function$
{% endmacro %}
