{#-
  batch_ops.slice: what a worker carries through one time slice, read once from the ledger when the slice starts.
-#}
{% macro _engine_slice() %}
create type batch_ops.slice as (
    runnable boolean,
    operation_id uuid,
    step_number integer,
    operation_type text,
    worker_id bigint,
    iterate_by text,
    upper_bound jsonb,
    statements jsonb,
    parameters jsonb,
    run_started_at timestamptz,
    deadline_at timestamptz,
    batch_size integer,
    asynchronous boolean,
    timezone text,
    datestyle text,
    search_path text
)
{% endmacro %}
