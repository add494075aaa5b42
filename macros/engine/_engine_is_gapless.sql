{#-
  batch_ops.is_gapless: whether a range of an integer key has (nearly) no more integers than rows; null when one is unknown.
-#}
{% macro _engine_is_gapless() %}
create or replace function batch_ops.is_gapless(p_lo jsonb, p_hi jsonb, p_rows bigint)
returns boolean
language sql
immutable
as $function$
    select (p_hi ->> 0)::numeric - (p_lo ->> 0)::numeric <= p_rows * 1.05
$function$
{% endmacro %}
