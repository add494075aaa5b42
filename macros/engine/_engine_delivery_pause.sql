{#-
  batch_ops.delivery_pause: how long a message waits before it is sent again: five seconds, four times as long each time, six hours
  at most.

  Jittered, so that what failed together is not sent again together.
-#}
{% macro _engine_delivery_pause() %}
create or replace function batch_ops.delivery_pause(p_attempt integer)
returns interval
language sql
volatile
as $function$
    select least(interval '5 seconds' * 4 ^ (least(greatest(p_attempt, 1), 20) - 1), interval '6 hours')
        * (0.75 + pg_catalog.random() / 2)
$function$
{% endmacro %}
