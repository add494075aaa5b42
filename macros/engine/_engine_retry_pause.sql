{#-
  batch_ops.retry_pause: how long to wait before a batch is tried again: 0.2 s, doubled each time, half a minute at most.

  Jittered, so that two sessions that were in each other's way do not meet again at the same moment.
-#}
{% macro _engine_retry_pause() %}
create or replace function batch_ops.retry_pause(p_attempt integer)
returns interval
language sql
volatile
as $function$
    select least(interval '0.2 seconds' * 2 ^ (least(p_attempt, 20) - 1), interval '30 seconds')
        * (0.5 + pg_catalog.random() / 2)
$function$
{% endmacro %}
