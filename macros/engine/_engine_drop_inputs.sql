{#-
  batch_ops.drop_inputs: takes away what a closed run does not need any more: staged tables, values that are to be kept
  out of the ledger.

  A completed run with failed rows keeps both, so that they can be tried again; then `purge` takes them.
-#}
{% macro _engine_drop_inputs() %}
create or replace function batch_ops.drop_inputs(p_operation_id uuid)
returns void
language plpgsql
as $function$
begin
    if exists (
        select 1 from batch_ops.runs
        inner join batch_ops.errors using (operation_id)
        where
            runs.operation_id = p_operation_id
            and runs.status = 'completed'
            and errors.kind in ('row', 'batch')
            and errors.resolved_at is null
    ) then
        return;
    end if;
    perform batch_ops.drop_staged(p_operation_id);
    update batch_ops.runs
    set parameters = batch_ops.shown_parameters(runs.parameters, runs.redacted_parameters)
    where runs.operation_id = p_operation_id and runs.redacted_parameters <> '{}';
end
$function$
{% endmacro %}
