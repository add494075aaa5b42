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
    v_header integer := (p_step.plan ->> 'header_lines')::integer;
    v_invalid bigint;
begin
    insert into batch_ops.errors (operation_id, step_number, sqlstate, error_message, row_number)
    select p_run.operation_id, p_step.step_number, invalid.error_code, invalid.reason, invalid.row_number
    from batch_ops.find_invalid(
        p_step.plan, p_run.parameters, p_run.started_at, 0, p_last
    ) as invalid;
    get diagnostics v_invalid = row_count;
    if v_invalid = 0 then
        return 0;
    end if;
    execute pg_catalog.format(
        'update batch_ops.errors set source_row = batch_ops.source_row(pg_catalog.to_jsonb(source.*), $3) '
        'from batch_ops.%I as source '
        'where errors.operation_id = $1 and errors.step_number = $2 and errors.row_number = source.batch_ordinal',
        v_table
    )
    using p_run.operation_id, p_step.step_number, p_step.plan -> 'row_columns';
    if v_header is not null then
        execute pg_catalog.format(
            'update batch_ops.errors set source_line = $3 + errors.row_number + lines.before '
            'from ('
            '    select counted.batch_ordinal, pg_catalog.sum(counted.breaks) over (order by counted.batch_ordinal) '
            '        - counted.breaks as before '
            '    from ('
            '        select source.batch_ordinal, '
            '            (select coalesce(pg_catalog.sum(pg_catalog.length(texts.value) '
            '                - pg_catalog.length(pg_catalog.replace(texts.value, E''\n'', ''''))), 0) '
            '            from pg_catalog.jsonb_each_text(pg_catalog.to_jsonb(source.*)) as texts) as breaks '
            '        from batch_ops.%I as source'
            '    ) as counted'
            ') as lines '
            'where errors.operation_id = $1 and errors.step_number = $2 and errors.row_number = lines.batch_ordinal',
            v_table
        )
        using p_run.operation_id, p_step.step_number, v_header;
    end if;
    execute pg_catalog.format(
        'delete from batch_ops.%I as source using batch_ops.errors '
        'where errors.operation_id = $1 and errors.step_number = $2 and errors.row_number = source.batch_ordinal',
        v_table
    )
    using p_run.operation_id, p_step.step_number;
    return v_invalid;
end
$function$
{% endmacro %}
