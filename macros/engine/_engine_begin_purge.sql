{#-
  batch_ops.begin_purge: what a purge carries from transaction to transaction and from call to call; closes expired plans.

  The age is turned into a moment once: a purge that takes an hour deletes what was closed, and old enough, when it began.
-#}
{% macro _engine_begin_purge() %}
create or replace function batch_ops.begin_purge(p_older_than interval, p_keep integer)
returns jsonb
language plpgsql
as $function$
declare
    v_plans bigint;
begin
    if p_older_than is null and p_keep is null then
        raise exception 'A purge needs an age, a number of runs to keep, or both.' using errcode = 'invalid_parameter_value';
    elsif p_keep < 0 or pg_catalog.now() - p_older_than > pg_catalog.now() then
        raise exception 'A purge cannot take a negative age or number.' using errcode = 'invalid_parameter_value';
    end if;
    select pg_catalog.count(*) into v_plans from batch_ops.expired_plans();
    perform batch_ops.drop_expired_plans();
    return pg_catalog.jsonb_build_object(
        'closed_before', pg_catalog.clock_timestamp() - coalesce(p_older_than, interval '0'),
        'phase', 'runs',
        'queue', '[]'::jsonb,
        'plans', v_plans,
        'operations', '{}'::jsonb,
        'kept', 0,
        'done', false
    );
end
$function$
{% endmacro %}
