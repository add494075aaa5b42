{#- batch_ops.is_alive: whether the session that a worker row names still exists. -#}
{% macro _engine_is_alive() %}
create or replace function batch_ops.is_alive(p_pid integer, p_backend_start timestamptz)
returns boolean
language sql
stable
as $function$
    -- A process id alone may have been given to another session since. The start is null for a
    -- session of another role, which is then taken to be alive: the safe side.
    select exists (
        select 1
        from pg_catalog.pg_stat_activity as activity
        where
            activity.pid = p_pid
            and coalesce(activity.backend_start, p_backend_start) = p_backend_start
    )
$function$
{% endmacro %}
