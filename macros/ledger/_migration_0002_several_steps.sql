{#-
  Ledger version 2: runs of several steps, rows that are staged for them, plans that wait for a confirmation, exports.

  What a step decides for itself (size of its batches, total, kind of commit) moves from the run to the step.
  `batch_operation_result` is here and not in the engine: functions that people deploy return it, and so it must
  outlive every replacement of the engine.
-#}
{% macro _migration_0002_several_steps() %}
drop view if exists batch_ops.run_overview;

alter table batch_ops.steps add column status text check (status in ('pending', 'running', 'completed'));
-- Every statement of the step. Column `statements` has those of the way it is walked, chosen when it starts.
alter table batch_ops.steps add column plan jsonb;
alter table batch_ops.steps add column batch_size integer check (batch_size > 0);
alter table batch_ops.steps add column asynchronous_commit boolean;
alter table batch_ops.steps add column total_records bigint;
alter table batch_ops.steps add column total_is_exact boolean;
alter table batch_ops.steps add column output_table text;
-- What became of the rows it was given: duplicates, unknown, invalid, superseded ones.
alter table batch_ops.steps add column source jsonb;
alter table batch_ops.steps add column started_at timestamptz;
alter table batch_ops.steps add column completed_at timestamptz;
alter table batch_ops.steps alter column statements drop not null;
alter table batch_ops.steps alter column iterate_by drop not null;
alter table batch_ops.steps drop constraint steps_iterate_by_check;
alter table batch_ops.steps add check (iterate_by in ('range', 'keys', 'rows'));

update batch_ops.steps
set
    status = case runs.status when 'completed' then 'completed' else 'running' end,
    plan = '{}'::jsonb,
    batch_size = runs.batch_size,
    asynchronous_commit = runs.asynchronous_commit,
    total_records = runs.total_records,
    total_is_exact = runs.total_is_exact,
    started_at = runs.started_at,
    completed_at = case runs.status when 'completed' then runs.completed_at end
from batch_ops.runs
where steps.operation_id = runs.operation_id;

alter table batch_ops.steps alter column status set not null;
alter table batch_ops.steps alter column plan set not null;
alter table batch_ops.steps alter column batch_size set not null;
alter table batch_ops.steps alter column asynchronous_commit set not null;

alter table batch_ops.runs drop column batch_size;
alter table batch_ops.runs drop column asynchronous_commit;
alter table batch_ops.runs drop column total_records;
alter table batch_ops.runs drop column total_is_exact;
alter table batch_ops.runs add column max_errors bigint;
alter table batch_ops.runs add column skip_invalid_rows boolean not null default false;
alter table batch_ops.runs add column on_limit text not null default 'refuse';
alter table batch_ops.runs add column confirm_before timestamptz;
alter table batch_ops.runs add column confirmed_at timestamptz;
alter table batch_ops.runs add column confirmed_by name;
alter table batch_ops.runs add column file_name text;
alter table batch_ops.runs drop constraint runs_status_check;
alter table batch_ops.runs add check (status in ('planned', 'running', 'completed', 'failed', 'timed_out', 'cancelled', 'blocked'));

-- A plan that waits for its confirmation has changed nothing and stands in nobody's way.
drop index batch_ops.runs_one_unfinished;
create unique index runs_one_unfinished on batch_ops.runs (operation, target)
where closed_at is null and status <> 'planned';

alter table batch_ops.errors add column row_number bigint;
alter table batch_ops.errors add column source_line bigint;
alter table batch_ops.errors add column source_row jsonb;

-- Bytes of the exported file up to and with this batch.
alter table batch_ops.batches add column output_position bigint;

create table batch_ops.uploads (
    upload_id uuid primary key,
    file_name text not null,
    columns text[],
    column_count integer not null,
    records bigint not null,
    uploaded_at timestamptz not null default clock_timestamp(),
    uploaded_by name not null default current_user
);

create type batch_ops.batch_operation_result as (
    operation_id uuid,
    operation text,
    status text,
    total_records bigint,
    processed_records bigint,
    unknown_records bigint,
    duplicate_records bigint,
    invalid_records bigint,
    error_count bigint,
    error_message text,
    started_at timestamptz,
    completed_at timestamptz
);
{% endmacro %}
