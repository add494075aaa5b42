{#-
  batch_ops.slice: what a worker carries through one time slice, read once from the ledger when the slice starts.

  goes_on: errors of rows and batches are recorded and the run goes on. is_divisible: a batch may be done in parts.
  is_repeatable: a batch may be tried again after an error. error_count: unresolved errors when the slice began.
  worker_failures: rows that failed in this session's slices before. shard, marker_table: where the step's target is on another
  server, its name and the foreign table with its markers.
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
    search_path text,
    lock_timeout text,
    goes_on boolean,
    max_errors bigint,
    error_count bigint,
    max_retries integer,
    is_divisible boolean,
    is_repeatable boolean,
    heartbeat_interval interval,
    max_errors_per_worker bigint,
    worker_failures bigint,
    collect_metrics boolean,
    shard text,
    marker_table text
)
{% endmacro %}
