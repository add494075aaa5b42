{#-
  batch_ops.failed_application: what became of a range whose statement raised an error: nothing, and why.

  Call it in the handler that caught the error: only there is the time that a cancelled query (57014) ran out of known.
-#}
{% macro _engine_failed_application() %}
create or replace function batch_ops.failed_application(
    p_sqlstate text, p_message text, p_detail text default null, p_constraint text default null
)
returns batch_ops.application
language plpgsql
as $function$
declare
    v_result batch_ops.application;
begin
    v_result.failure_class := case
        when p_sqlstate <> '57014' then batch_ops.error_class(p_sqlstate)
        when batch_ops.ran_out_of_time() then 'timeout'
        else 'cancelled'
    end;
    v_result.error_code := p_sqlstate;
    v_result.error_message := p_message;
    v_result.error_detail := p_detail;
    v_result.constraint_name := p_constraint;
    return v_result;
end
$function$
{% endmacro %}
