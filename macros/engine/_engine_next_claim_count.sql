{#-
  batch_ops.next_claim_count: how many batches the next claim takes, from how long those of the last one took.

  A claim is a transaction of its own, under a lock that the workers share, so small batches are claimed several at a
  time: as many as take about a twentieth of a second, sixteen at most. Slow ones are claimed one by one, which leaves
  the rest to others.
-#}
{% macro _engine_next_claim_count() %}
create or replace function batch_ops.next_claim_count(p_count integer, p_took interval)
returns integer
language sql
immutable
as $function$
    select case
        when p_took < interval '30 milliseconds' then least(p_count * 2, 16)
        when p_took > interval '120 milliseconds' then greatest(p_count / 2, 1)
        else p_count
    end
$function$
{% endmacro %}
