{#-
  batch_ops.record_invalid: takes the invalid rows out of a step's source and records each, with the rule it broke.

  Returns how many there are. The line of a CSV file counts the line breaks inside values too, as an editor does.
-#}
{% macro _engine_record_invalid() %}
create or replace function batch_ops.record_invalid(p_run batch_ops.runs, p_step batch_ops.steps, p_last bigint)
returns bigint
language plpgsql
as $function$
declare
    v_table text := p_step.plan ->> 'rows_table';
    v_invalid bigint;
begin
    insert into batch_ops.errors (operation_id, step_number, kind, sqlstate, error_message, row_number)
    select
        p_run.operation_id, p_step.step_number, 'invalid', invalid.error_code,
        -- The rules' own messages quote the rule; those of conversions quote the value.
        batch_ops.withheld_message(p_run.redact, invalid.error_code, invalid.reason),
        invalid.row_number
    from batch_ops.find_invalid(
        p_step.plan, p_run.parameters, p_run.started_at, 0, p_last
    ) as invalid;
    get diagnostics v_invalid = row_count;
    if v_invalid = 0 then
        return 0;
    end if;
    execute pg_catalog.format(
        'update batch_ops.errors set source_row = batch_ops.shown_row('
        'batch_ops.source_row(pg_catalog.to_jsonb(source.*), $3), $4, $5) '
        'from batch_ops.%I as source '
        'where errors.operation_id = $1 and errors.step_number = $2 and errors.row_number = source.batch_ordinal',
        v_table
    )
    using p_run.operation_id, p_step.step_number, p_step.plan -> 'row_columns', p_run.redact, p_step.plan;
    execute pg_catalog.format(
        'delete from batch_ops.%I as source using batch_ops.errors '
        'where errors.operation_id = $1 and errors.step_number = $2 and errors.row_number = source.batch_ordinal',
        v_table
    )
    using p_run.operation_id, p_step.step_number;
    perform batch_ops.number_lines(p_run.operation_id);
    return v_invalid;
end
$function$
{% endmacro %}
