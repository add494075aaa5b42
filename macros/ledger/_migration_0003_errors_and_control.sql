{#-
  Ledger version 3: errors by row, retries, control from another session, idempotent starts, retention.

  `errors.kind` tells what an error is about: a row that was invalid before anything was written (`invalid`), a row that
  the database refused (`row`), a batch that failed as a whole (`batch`), the run itself (`run`), or an attempt that was
  made again (`retried`), which is no failure. What was mended is kept, with resolved_at.

  A batch that was applied in part says how far (`applied_hi`): the rows up to there are done and recorded, in the same
  transactions (docs/decisions/0013-errors-by-class.md).
-#}
{% macro _migration_0003_errors_and_control() %}
drop view if exists batch_ops.run_overview;

alter table batch_ops.runs add column error_handling text not null default 'stop_on_error' check (
    error_handling in ('stop_on_error', 'continue_on_error', 'collect_errors', 'rollback_on_any_error')
);
alter table batch_ops.runs add column max_retries integer not null default 0 check (max_retries >= 0);
alter table batch_ops.runs add column batch_timeout interval;
alter table batch_ops.runs add column lock_timeout interval;
alter table batch_ops.runs add column redact text[] not null default '{}';
-- Parameters whose values go when the run closes, because they meet a redacted column.
alter table batch_ops.runs add column redacted_parameters text[] not null default '{}';
alter table batch_ops.runs add column idempotency_key text;
alter table batch_ops.runs add column pause_requested_at timestamptz;
alter table batch_ops.runs add column pause_requested_by name;
-- Why the run stopped by itself, where no single error tells it: too many errors, or all of one kind.
alter table batch_ops.runs add column stop_reason text;
alter table batch_ops.runs drop constraint runs_status_check;
alter table batch_ops.runs add constraint runs_status_check
check (status in ('planned', 'running', 'paused', 'completed', 'failed', 'timed_out', 'cancelled', 'blocked'));

-- A run that failed before it changed anything leaves its key to the next one.
create unique index runs_one_per_key on batch_ops.runs (operation, target, idempotency_key)
where idempotency_key is not null and status <> 'planned' and (status <> 'failed' or closed_at is null);

create index runs_planned on batch_ops.runs (confirm_before)
where status = 'planned' and closed_at is null;

alter table batch_ops.steps add column idempotent boolean not null default false;

alter table batch_ops.batches add column attempts integer not null default 0;
alter table batch_ops.batches add column retry_at timestamptz;
alter table batch_ops.batches add column applied_hi jsonb;
alter table batch_ops.batches add column piece_size integer check (piece_size > 0);
alter table batch_ops.batches add column failed_records bigint not null default 0;

-- Its predicate is about retry_at alone: a batch that completes at once stays out of every index but its key's.
create index batches_to_retry on batch_ops.batches (operation_id, step_number, retry_at)
where retry_at is not null;

alter table batch_ops.errors add column kind text not null default 'batch' check (
    kind in ('invalid', 'row', 'batch', 'run', 'retried')
);
alter table batch_ops.errors add column row_key jsonb;
alter table batch_ops.errors add column range_lo jsonb;
alter table batch_ops.errors add column range_hi jsonb;
alter table batch_ops.errors add column attempts integer not null default 1;
alter table batch_ops.errors add column resolved_at timestamptz;
alter table batch_ops.errors add column resolved_by name;
-- Somebody wants this row to be tried again, and it was not yet.
alter table batch_ops.errors add column retry_requested boolean not null default false;

update batch_ops.errors
set
    kind = case
        when errors.row_number is not null then 'invalid'
        when errors.batch_number is null then 'run'
        else 'batch'
    end,
    resolved_at = case
        when errors.row_number is null and runs.status = 'completed' then runs.completed_at
    end
from batch_ops.runs
where errors.operation_id = runs.operation_id;

create index errors_unresolved on batch_ops.errors (operation_id, step_number, batch_number)
where resolved_at is null and kind <> 'retried';

-- By what a file is recognised when it is sent again: what it says, and how it was to be read.
alter table batch_ops.uploads add column digest text;

-- Who asked for what, and when.
create table batch_ops.controls (
    control_id bigint generated always as identity primary key,
    operation_id uuid not null references batch_ops.runs on delete cascade,
    action text not null check (action in ('pause', 'resume', 'cancel', 'retry_failed')),
    requested_at timestamptz not null default clock_timestamp(),
    requested_by name not null default session_user,
    client_address inet default inet_client_addr(),
    application text default current_setting('application_name')
);

create index controls_operation_id on batch_ops.controls (operation_id, control_id);
{% endmacro %}
