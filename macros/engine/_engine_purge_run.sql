{#-
  batch_ops.purge_run: deletes a run as it was found, with all of it but its batches; returns what went, or null,
  or {problem} when the servers behind its table have something else of it than the ledger.

  Null when another purge has it, when a session works on it, or when it was opened again since. The row goes first and the
  batches after it, so that a run is either there with all that it says, or gone (docs/decisions/0015-purge-deletes-the-run-first.md).
-#}
{% macro _engine_purge_run() %}
create or replace function batch_ops.purge_run(p_operation_id uuid, p_closed_at timestamptz)
returns jsonb
language plpgsql
as $function$
declare
    v_operation text;
    v_errors bigint;
    v_retryable boolean;
    v_tables bigint;
    v_kept bigint;
    v_problem text;
begin
    select runs.operation into v_operation
    from batch_ops.runs
    where runs.operation_id = p_operation_id and runs.closed_at = p_closed_at
    for update skip locked;
    if not found or batch_ops.is_live(p_operation_id, pg_catalog.pg_backend_pid()) then
        return null;
    end if;
    v_problem := batch_ops.forget_markers(p_operation_id);
    if v_problem is not null then
        return pg_catalog.jsonb_build_object('problem', v_problem);
    end if;
    select
        pg_catalog.count(*),
        coalesce(pg_catalog.bool_or(errors.resolved_at is null and errors.kind in ('row', 'batch')), false)
    into v_errors, v_retryable
    from batch_ops.errors
    where errors.operation_id = p_operation_id;
    select
        pg_catalog.count(*) filter (where dropped.is_gone),
        pg_catalog.count(*) filter (where not dropped.is_gone)
    into v_tables, v_kept
    from (
        select batch_ops.drop_if_idle(classes.relname) as is_gone
        from pg_catalog.pg_class as classes
        where
            classes.relnamespace = 'batch_ops'::regnamespace
            and classes.relkind = 'r'
            and classes.relname ^@ ('staged_' || pg_catalog.replace(p_operation_id::text, '-', '') || '_')
    ) as dropped;
    delete from batch_ops.runs where runs.operation_id = p_operation_id;
    return pg_catalog.jsonb_build_object(
        'operation', v_operation,
        'counts', pg_catalog.jsonb_build_object(
            'runs', 1, 'errors', v_errors, 'tables', v_tables, 'retryable', v_retryable::integer
        ),
        'kept', v_kept
    );
end
$function$
{% endmacro %}
