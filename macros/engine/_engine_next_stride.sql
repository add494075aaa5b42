{#-
  batch_ops.next_stride: how many keys the next boundary may look at, from how full the last batch was.

  Between the batch size and sixteen times that (at least 1,000 keys), so that a batch stays bounded however rare
  the condition is. The batch itself never exceeds its size: next_boundary stops where it is full.
-#}
{% macro _engine_next_stride() %}
create or replace function batch_ops.next_stride(p_stride integer, p_batch_size integer, p_records bigint)
returns integer
language sql
immutable
as $function$
    select case
        when p_records * 4 < p_batch_size
            then least(p_stride::bigint * 2, greatest(p_batch_size::bigint * 16, 1000), 2000000000)::integer
        when p_records * 4 > p_batch_size::bigint * 3 then greatest(p_stride / 2, p_batch_size)
        else p_stride
    end
$function$
{% endmacro %}
