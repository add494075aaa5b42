{#-
  Ledger version 5: what monitoring reads, and messages that wait to be delivered.

  `changed_xid` is the transaction that wrote a row last. A reader that keeps pg_snapshot_xmin of what it has read finds every
  row that was written since, also those of transactions that committed late (docs/decisions/0017-a-horizon-of-transactions.md).
  A message is written in the transaction that it tells of; who delivers it records each channel on its own, so that a
  channel that is down holds up no other.
-#}
{% macro _migration_0005_monitoring() %}
-- Not a routine of the engine: it must be there whenever a row is written, also while an engine is replaced.
create function batch_ops.stamp_change()
returns trigger
language plpgsql
as $function$
begin
    new.changed_xid := pg_catalog.pg_current_xact_id();
    return new;
end
$function$;

alter table batch_ops.runs add column changed_xid xid8 not null default pg_current_xact_id();
alter table batch_ops.steps add column changed_xid xid8 not null default pg_current_xact_id();
alter table batch_ops.batches add column changed_xid xid8 not null default pg_current_xact_id();
alter table batch_ops.errors add column changed_xid xid8 not null default pg_current_xact_id();
alter table batch_ops.workers add column changed_xid xid8 not null default pg_current_xact_id();
alter table batch_ops.controls add column changed_xid xid8 not null default pg_current_xact_id();

create trigger stamp_change before insert or update on batch_ops.runs
for each row execute function batch_ops.stamp_change();
create trigger stamp_change before insert or update on batch_ops.steps
for each row execute function batch_ops.stamp_change();
create trigger stamp_change before insert or update on batch_ops.batches
for each row execute function batch_ops.stamp_change();
create trigger stamp_change before insert or update on batch_ops.errors
for each row execute function batch_ops.stamp_change();
create trigger stamp_change before insert or update on batch_ops.workers
for each row execute function batch_ops.stamp_change();
create trigger stamp_change before insert or update on batch_ops.controls
for each row execute function batch_ops.stamp_change();

-- The two tables that grow with the work; the others are small, and their rows are updated in place.
create index batches_changed_xid on batch_ops.batches (changed_xid);
create index errors_changed_xid on batch_ops.errors (changed_xid);

alter table batch_ops.runs add column description text;
alter table batch_ops.runs add column logging_level text not null default 'standard'
check (logging_level in ('minimal', 'standard', 'detailed'));
alter table batch_ops.runs add column collect_metrics boolean not null default false;
alter table batch_ops.runs add column notify_on_completion boolean not null default false;
alter table batch_ops.runs add column progress_notification_interval bigint
check (progress_notification_interval > 0);
-- Empty: every channel for which the one who delivers is set up.
alter table batch_ops.runs add column notification_channels text[] not null default '{}';
alter table batch_ops.runs add column notification_message text;
-- Rows up to which progress was told.
alter table batch_ops.runs add column notified_records bigint not null default 0;

-- Of an operation with collect_metrics. WAL: what the whole server wrote while the batch was applied.
alter table batch_ops.batches add column wal_bytes bigint;
-- How long the batch waited for locks, as far as its session can tell: for its claim, and in attempts given up for a lock.
alter table batch_ops.batches add column lock_wait interval;

create table batch_ops.notifications (
    notification_id uuid primary key default gen_random_uuid(),
    sequence_number bigint generated always as identity unique,
    operation_id uuid not null references batch_ops.runs on delete cascade,
    event text not null check (event in ('started', 'progress', 'error_threshold', 'ended')),
    channels text[] not null default '{}',
    subject text not null,
    message text not null,
    -- The facts behind the message: what a program reads.
    payload jsonb not null,
    created_at timestamptz not null default clock_timestamp()
);

create index notifications_operation_id on batch_ops.notifications (operation_id, sequence_number);

-- One warning a run.
create unique index notifications_one_error_threshold on batch_ops.notifications (operation_id)
where event = 'error_threshold';

create table batch_ops.deliveries (
    notification_id uuid not null references batch_ops.notifications on delete cascade,
    channel text not null check (channel in ('email', 'webhook')),
    attempts integer not null default 0,
    -- Nobody else tries before: the lease of the one who is at it, or the pause before the next attempt.
    next_attempt_at timestamptz not null default clock_timestamp(),
    delivered_at timestamptz,
    gave_up_at timestamptz,
    last_error text,
    primary key (notification_id, channel)
);

-- What is open is little, whatever was delivered before.
create index deliveries_open on batch_ops.deliveries (channel, next_attempt_at)
where delivered_at is null and gave_up_at is null;
{% endmacro %}
