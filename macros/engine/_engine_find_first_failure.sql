{#-
  batch_ops.find_first_failure: like isolate with a budget of one, and undone again when there is a bad row.

  For policies under which a batch with a bad row changes nothing. When no row fails alone, what was applied stays: the
  rows were only in each other's way.
-#}
{% macro _engine_find_first_failure() %}
create or replace function batch_ops.find_first_failure(p_slice batch_ops.slice, p_lo jsonb, p_hi jsonb)
returns batch_ops.application
language plpgsql
as $function$
declare
    v_result batch_ops.application;
begin
    begin
        v_result := batch_ops.isolate(p_slice, p_lo, p_hi, null, 1);
        if v_result.failure_class is not null then
            raise exception 'undo this' using errcode = 'BO000';
        end if;
    exception
        when sqlstate 'BO000' then
            v_result.applied_hi := p_lo;
            v_result.records := 0;
    end;
    return v_result;
end
$function$
{% endmacro %}
