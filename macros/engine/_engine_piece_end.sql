{#-
  batch_ops.piece_end: where the next piece of a batch ends that is too slow to be done at once.

  p_size null is all of it.
-#}
{% macro _engine_piece_end() %}
create or replace function batch_ops.piece_end(p_slice batch_ops.slice, p_lo jsonb, p_hi jsonb, p_size integer)
returns jsonb
language plpgsql
as $function$
begin
    if p_size is null then
        return p_hi;
    elsif p_slice.iterate_by <> 'range' then
        return (batch_ops.next_integers(p_lo, p_hi, p_size, 1))[1];
    end if;
    p_slice.upper_bound := p_hi;
    return (batch_ops.next_boundaries(p_slice, p_lo, p_size, 1))[1];
end
$function$
{% endmacro %}
