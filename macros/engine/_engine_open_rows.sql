{#-
  batch_ops.open_rows: readies the rows that a step works on: checks them, leaves duplicates out, applies max_records.

  Returns the step's total and last ordinal, and what became of the others; refusal says why the step may not start.
-#}
{% macro _engine_open_rows() %}
create or replace function batch_ops.open_rows(
    p_run batch_ops.runs,
    p_step batch_ops.steps,
    p_limit bigint,
    out total bigint,
    out last_row bigint,
    out source jsonb,
    out refusal jsonb
)
language plpgsql
as $function$
declare
    v_table text := p_step.plan ->> 'rows_table';
    v_invalid bigint := 0;
    v_superseded bigint := 0;
    v_left_out bigint := 0;
begin
    if v_table is null then
        -- A step without rows is one call.
        total := 1;
        last_row := 1;
        source := '{}'::jsonb;
        return;
    end if;
    execute pg_catalog.format('select pg_catalog.count(*), pg_catalog.max(batch_ordinal) from batch_ops.%I', v_table)
    into total, last_row;
    source := pg_catalog.jsonb_build_object('given', total);
    if p_step.plan ->> 'check' is not null then
        v_invalid := batch_ops.record_invalid(p_run, p_step, last_row);
    end if;
    if v_invalid > (case when p_run.skip_invalid_rows then coalesce(p_run.max_errors, v_invalid) else 0 end) then
        refusal := pg_catalog.jsonb_build_object(
            'invalid', v_invalid,
            'given', total,
            'max_errors', case when p_run.skip_invalid_rows then p_run.max_errors end,
            'rows', (
                select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(first_ones.*) order by first_ones.row_number)
                from (
                    select errors.row_number, errors.source_line, errors.error_message, errors.source_row
                    from batch_ops.errors
                    where errors.operation_id = p_run.operation_id and errors.step_number = p_step.step_number
                    order by errors.row_number
                    limit 10
                ) as first_ones
            )
        );
        return;
    end if;
    if p_step.plan ->> 'superseded' is not null then
        execute pg_catalog.format(
            E'delete from batch_ops.%I as source using (\n%s\n) as superseded '
            'where source.batch_ordinal = superseded.batch_ordinal',
            v_table, p_step.plan ->> 'superseded'
        )
        using pg_catalog.jsonb_build_array(0), pg_catalog.jsonb_build_array(last_row), p_run.parameters, p_run.started_at;
        get diagnostics v_superseded = row_count;
    end if;
    total := total - v_invalid - v_superseded;
    if total > p_limit then
        if p_run.on_limit = 'refuse' then
            refusal := pg_catalog.jsonb_build_object('over_limit', p_run.max_records);
            return;
        end if;
        v_left_out := total - p_limit;
        execute pg_catalog.format(
            'delete from batch_ops.%1$I where batch_ordinal > ('
            'select kept.batch_ordinal from batch_ops.%1$I as kept order by kept.batch_ordinal limit 1 offset $1 - 1)',
            v_table
        )
        using p_limit;
        total := p_limit;
    end if;
    source := source || pg_catalog.jsonb_build_object(
        'invalid', v_invalid, 'superseded', v_superseded, 'left_out', v_left_out
    );
    execute pg_catalog.format('select pg_catalog.max(batch_ordinal) from batch_ops.%I', v_table) into last_row;
end
$function$
{% endmacro %}
