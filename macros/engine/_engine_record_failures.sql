{#-
  batch_ops.record_failures: the bad rows of a batch in the ledger: key, row as JSON, and the error that each one met.

  p_kind is `row` for rows that were left out, and `batch` where the first of them undid the whole batch.
-#}
{% macro _engine_record_failures() %}
create or replace function batch_ops.record_failures(
    p_slice batch_ops.slice,
    p_batch batch_ops.batches,
    p_kind text,
    p_failures jsonb[]
)
returns void
language plpgsql
as $function$
declare
    v_run record;
    v_failure jsonb;
    v_row jsonb;
begin
    if coalesce(p_failures, '{}') = '{}' then
        return;
    end if;
    select runs.redact, steps.key_columns, steps.plan into v_run
    from batch_ops.runs
    inner join batch_ops.steps using (operation_id)
    where runs.operation_id = p_slice.operation_id and steps.step_number = p_slice.step_number;
    foreach v_failure in array p_failures loop
        v_row := batch_ops.failed_row(p_slice, v_failure -> 'range_lo', v_failure -> 'range_hi');
        insert into batch_ops.errors (
            operation_id, step_number, batch_number, claim_number, kind, sqlstate, error_message, error_detail,
            constraint_name, range_lo, range_hi, row_number, row_key, source_row
        )
        values (
            p_slice.operation_id, p_slice.step_number, p_batch.batch_number, p_batch.claim_number, p_kind,
            v_failure ->> 'sqlstate',
            batch_ops.withheld_message(v_run.redact, v_failure ->> 'sqlstate', v_failure ->> 'message'),
            case when v_run.redact = '{}' then nullif(v_failure ->> 'detail', '') end,
            nullif(v_failure ->> 'constraint', ''),
            nullif(v_failure -> 'range_lo', 'null'::jsonb), v_failure -> 'range_hi',
            case when p_slice.iterate_by = 'rows' then (v_failure #>> '{range_hi,0}')::bigint end,
            case
                when p_slice.iterate_by <> 'rows' then (
                    select pg_catalog.jsonb_object_agg(columns.name, v_row -> columns.name)
                    from pg_catalog.unnest(v_run.key_columns) as columns (name)
                    where columns.name <> all (v_run.redact)
                )
            end,
            case when v_run.redact = '{}' then v_row else batch_ops.shown_row(v_row, v_run.redact, v_run.plan) end
        );
    end loop;
end
$function$
{% endmacro %}
