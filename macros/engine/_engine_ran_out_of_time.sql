{#-
  batch_ops.ran_out_of_time: whether a cancelled query was cancelled by statement_timeout, and not by a person.

  Told by the clock, since the message is translated. The timeout counts from the client's statement, the whole CALL.
-#}
{% macro _engine_ran_out_of_time() %}
create or replace function batch_ops.ran_out_of_time()
returns boolean
language sql
as $function$
    select
        limits.duration > interval '0'
        and pg_catalog.clock_timestamp() >= pg_catalog.statement_timestamp() + limits.duration
    from (select pg_catalog.current_setting('statement_timeout')::interval as duration) as limits
$function$
{% endmacro %}
