{#-
  Ledger version 1: runs, their steps and batches, recorded errors and the sessions that work.

  Written only by the engine. `runs_one_unfinished` is what makes two starts in the same instant safe:
  the second insert waits for the first and then fails, whatever the clients do.
-#}
{% macro _migration_0001_runs_steps_batches() %}
create table batch_ops.runs (
    operation_id uuid primary key,
    operation text not null,
    target text not null,
    status text not null check (
        status in (
            'running', 'completed', 'failed', 'timed_out', 'cancelled', 'blocked'
        )
    ),
    parameters jsonb not null,
    spec_hash text not null,
    spec_path text not null,
    generator_version text not null,
    package_version text not null,
    -- A worker executes only what its own role stored, in the session settings that role had.
    run_as name not null default current_user,
    timezone text not null default current_setting('TimeZone'),
    datestyle text not null default current_setting('DateStyle'),
    search_path text not null default current_setting('search_path'),
    asynchronous_commit boolean not null,
    batch_size integer not null check (batch_size > 0),
    max_records bigint,
    timeout interval,
    claim_timeout interval not null,
    total_records bigint not null,
    total_is_exact boolean not null,
    processed_records bigint not null default 0,
    batch_count bigint not null default 0,
    error_count bigint not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    deadline_at timestamptz,
    cancel_requested_at timestamptz,
    cancel_requested_by name,
    completed_at timestamptz,
    -- Set when nothing is left to resume: only one run of an operation on a target may be without it.
    closed_at timestamptz
);

create unique index runs_one_unfinished on batch_ops.runs (operation, target)
where closed_at is null;

create index runs_started_at on batch_ops.runs (started_at);

create table batch_ops.steps (
    operation_id uuid not null references batch_ops.runs on delete cascade,
    step_number integer not null,
    name text not null,
    operation_type text not null,
    iterate_by text not null check (iterate_by in ('range', 'keys')),
    key_columns text[] not null,
    -- The last key of the scope, frozen when the run was opened; null when there was nothing to do.
    upper_bound jsonb,
    staged_table text,
    statements jsonb not null,
    primary key (operation_id, step_number)
);

create table batch_ops.workers (
    worker_id bigint generated always as identity primary key,
    operation_id uuid not null references batch_ops.runs on delete cascade,
    pid integer not null,
    backend_start timestamptz not null,
    joined_at timestamptz not null default clock_timestamp(),
    heartbeat_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    unique (operation_id, pid, backend_start)
)
with (fillfactor = 50);

-- No foreign key: its check would lock the one step row in every batch, the very write that must not happen.
-- Half-filled pages: a batch's one update (claimed to completed) then stays in its page and touches no index.
create table batch_ops.batches (
    operation_id uuid not null,
    step_number integer not null,
    batch_number bigint not null,
    status text not null check (
        status in ('claimed', 'released', 'completed', 'failed')
    ),
    claim_number integer not null default 1,
    worker_id bigint not null,
    range_lo jsonb,
    range_hi jsonb not null,
    records bigint,
    claimed_at timestamptz not null default clock_timestamp(),
    started_at timestamptz,
    completed_at timestamptz,
    sqlstate text,
    error_message text,
    primary key (operation_id, step_number, batch_number)
)
with (fillfactor = 50);

create table batch_ops.errors (
    error_id bigint generated always as identity primary key,
    operation_id uuid not null references batch_ops.runs on delete cascade,
    step_number integer not null,
    batch_number bigint,
    claim_number integer,
    sqlstate text not null,
    error_message text not null,
    error_detail text,
    constraint_name text,
    occurred_at timestamptz not null default clock_timestamp()
);

create index errors_operation_id on batch_ops.errors (operation_id, error_id);
{% endmacro %}
