{#-
  Ledger version 4: several workers on one run.

  A session that only starts, feeds and watches others is a `coordinator`. What a worker has done counts up to the end of
  its last slice: it is for a line of progress, and written once a slice; the batches have what is true.
-#}
{% macro _migration_0004_several_workers() %}
alter table batch_ops.runs add column max_workers integer not null default 1 check (max_workers > 0);
alter table batch_ops.runs add column heartbeat_interval interval not null default interval '10 seconds';
alter table batch_ops.runs add column max_errors_per_worker bigint check (max_errors_per_worker >= 0);

alter table batch_ops.workers add column role text not null default 'worker'
check (role in ('worker', 'coordinator'));
alter table batch_ops.workers add column batches bigint not null default 0;
alter table batch_ops.workers add column records bigint not null default 0;
alter table batch_ops.workers add column failed bigint not null default 0;
alter table batch_ops.workers add column retries bigint not null default 0;
-- Why it stopped while the run went on.
alter table batch_ops.workers add column stop_reason text;
-- The command that brought this session, where that has a name: it finds its run by it.
alter table batch_ops.workers add column command_id uuid;

create index workers_command_id on batch_ops.workers (command_id)
where command_id is not null;
{% endmacro %}
