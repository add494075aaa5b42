{#-
  batch_ops.number_lines: the line of a CSV file for each recorded row that has none yet, as an editor counts it: line
  breaks inside values are lines too. Rows that were invalid are no longer among the staged ones, but among the errors.
-#}
{% macro _engine_number_lines() %}
create or replace function batch_ops.number_lines(p_operation_id uuid)
returns void
language plpgsql
as $function$
declare
    v_step record;
begin
    for v_step in
        select
            steps.step_number,
            steps.plan ->> 'rows_table' as rows_table,
            (steps.plan ->> 'header_lines')::integer as header_lines
        from batch_ops.steps
        where
            steps.operation_id = p_operation_id
            and steps.plan ->> 'header_lines' is not null
            and pg_catalog.to_regclass(pg_catalog.format('batch_ops.%I', steps.plan ->> 'rows_table')) is not null
            and exists (
                select 1 from batch_ops.errors
                where
                    errors.operation_id = p_operation_id
                    and errors.step_number = steps.step_number
                    and errors.row_number is not null
                    and errors.source_line is null
            )
    loop
        execute pg_catalog.format(
            'update batch_ops.errors set source_line = $3 + errors.row_number + lines.before '
            'from ('
            '    select counted.number, '
            '        pg_catalog.sum(counted.breaks) over (order by counted.number) - counted.breaks as before '
            '    from ('
            '        select source.batch_ordinal as number, '
            '            batch_ops.count_line_breaks(pg_catalog.to_jsonb(source.*)) as breaks '
            '        from batch_ops.%I as source '
            '        union all '
            '        select invalid.row_number, batch_ops.count_line_breaks(invalid.source_row) '
            '        from batch_ops.errors as invalid '
            '        where invalid.operation_id = $1 and invalid.step_number = $2 and invalid.kind = ''invalid'' '
            '    ) as counted'
            ') as lines '
            'where errors.operation_id = $1 and errors.step_number = $2 and errors.source_line is null '
            'and errors.row_number = lines.number',
            v_step.rows_table
        )
        using p_operation_id, v_step.step_number, v_step.header_lines;
    end loop;
end
$function$
{% endmacro %}
