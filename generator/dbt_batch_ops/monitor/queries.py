"""What is asked of the ledger for a picture; each is answered from an index, however large the ledger is."""

RUN_IDS = """
select operation_id::text as operation_id
from batch_ops.runs
where closed_at is null and status in ('running', 'blocked')
order by started_at desc
limit %(limit)s
"""

KNOWN_RUNS = """
select
    operation_id::text as operation_id, operation, status, started_at
from batch_ops.runs
where %(prefix)s::text is null or operation_id::text like %(prefix)s || '%%'
order by started_at desc
limit %(limit)s
"""

# What a count of batches rests on is in `version`: when it changes, batches that were done may change.
RUNS = """
select
    runs.operation_id::text as operation_id,
    runs.operation,
    runs.description,
    runs.target,
    runs.status,
    runs.closed_at is not null as is_closed,
    runs.error_handling,
    runs.started_at,
    runs.completed_at,
    runs.deadline_at,
    runs.pause_requested_at is not null as is_to_pause,
    runs.pause_requested_by::text as pause_requested_by,
    runs.cancel_requested_at is not null as is_to_cancel,
    runs.cancel_requested_by::text as cancel_requested_by,
    runs.stop_reason,
    extract(epoch from runs.heartbeat_interval)::double precision as heartbeat_interval,
    array[
        runs.status,
        (
            select max(controls.control_id) from batch_ops.controls
            where controls.operation_id = runs.operation_id
        )::text,
        (
            select max(workers.worker_id) from batch_ops.workers
            where workers.operation_id = runs.operation_id
        )::text
    ] as version
from batch_ops.runs
where runs.operation_id = any (%(runs)s::uuid[])
"""

STEPS = """
select
    operation_id::text as operation_id,
    step_number,
    name,
    operation_type,
    status,
    total_records,
    coalesce(total_is_exact, true) as total_is_exact,
    batch_size
from batch_ops.steps
where operation_id = any (%(runs)s::uuid[])
order by operation_id, step_number
"""

# A session of another role shows no start and no state: it is then taken to be the worker's.
WORKERS = """
select
    workers.operation_id::text as operation_id,
    workers.worker_id,
    workers.pid,
    workers.role,
    workers.joined_at,
    workers.heartbeat_at,
    workers.ended_at,
    workers.records,
    workers.batches,
    workers.stop_reason,
    activity.pid is not null as is_live,
    activity.state,
    activity.wait_event_type,
    activity.wait_event,
    activity.xact_start
from unnest(%(runs)s::uuid[]) as asked (operation_id)
cross join lateral (
    select *
    from batch_ops.workers as members
    where members.operation_id = asked.operation_id
    order by members.ended_at is not null, members.heartbeat_at desc
    limit 200
) as workers
left join pg_catalog.pg_stat_activity as activity
    on
        workers.pid = activity.pid
        and workers.ended_at is null
        and coalesce(activity.backend_start, workers.backend_start) = workers.backend_start
order by workers.operation_id, workers.worker_id
"""

# Seconds in which somebody was there: of one who is there now also those since its last sign of life.
PRESENCE = """
select
    asked.operation_id::text as operation_id,
    presence.last_heartbeat_at,
    coalesce((
        select sum(extract(epoch from upper(spans.span) - lower(spans.span)))
        from unnest(presence.spans) as spans (span)
    ), 0)::double precision as seconds
from unnest(%(runs)s::uuid[]) as asked (operation_id)
cross join lateral (
    select
        max(workers.heartbeat_at) as last_heartbeat_at,
        range_agg(tstzrange(
            workers.joined_at,
            greatest(
                workers.joined_at,
                case
                    when workers.worker_id = any (%(live)s::bigint[]) then statement_timestamp()
                    else coalesce(workers.ended_at, workers.heartbeat_at)
                end
            ),
            '[]'
        )) as spans
    from batch_ops.workers
    where workers.operation_id = asked.operation_id
) as presence
"""

# Of the newest batches those that are done.
RECENT = """
select
    asked.operation_id::text as operation_id,
    extract(epoch from coalesce(newest.started_at, newest.completed_at))::double precision as started,
    extract(epoch from newest.completed_at)::double precision as completed,
    coalesce(newest.records, 0) as records,
    coalesce(newest.records, 0) + newest.failed_records as rows
from unnest(%(runs)s::uuid[], %(steps)s::integer[]) as asked (operation_id, step_number)
cross join lateral (
    select *
    from batch_ops.batches
    where batches.operation_id = asked.operation_id and batches.step_number = asked.step_number
    order by batches.batch_number desc
    limit %(limit)s
) as newest
where newest.completed_at is not null
"""

ERRORS = """
select
    asked.operation_id::text as operation_id,
    counted.*
from unnest(%(runs)s::uuid[]) as asked (operation_id)
cross join lateral (
    select
        count(*) as seen,
        count(*) filter (where kind <> 'retried' and resolved_at is null) as errors,
        count(*) filter (where kind = 'invalid' and resolved_at is null) as invalid,
        count(*) filter (where kind = 'retried') as retries
    from (
        select kind, resolved_at
        from batch_ops.errors
        where errors.operation_id = asked.operation_id
        order by errors.error_id desc
        limit %(limit)s
    ) as newest
) as counted
"""

# Among the newest: a run that retries a lot and fails nothing must not have all of its errors read for it.
FAILURE = """
select distinct on (newest.operation_id)
    newest.operation_id::text as operation_id,
    newest.kind,
    newest.sqlstate,
    newest.error_message,
    newest.step_number,
    newest.batch_number,
    newest.occurred_at
from unnest(%(runs)s::uuid[]) as asked (operation_id)
cross join lateral (
    select *
    from batch_ops.errors
    where errors.operation_id = asked.operation_id
    order by errors.error_id desc
    limit %(limit)s
) as newest
where newest.kind <> 'retried' and newest.resolved_at is null
order by newest.operation_id, newest.error_id desc
"""

HAS_WAITS = (
    "select exists (select from pg_catalog.pg_locks where not granted and pid = any (%(pids)s)) as waits"
)

LOCK_WAITS = """
select
    waits.*,
    waits.blocking_operation_id::text as blocking_run
from batch_ops.lock_waits() with ordinality as waits
where waits.blocked_pid = any (%(pids)s)
order by waits.ordinality
limit 100
"""

# A closed run's row has its figures.
OTHERS = """
select
    runs.operation_id::text as operation_id,
    runs.operation,
    runs.target,
    runs.status,
    runs.processed_records as records,
    runs.error_count as errors,
    runs.started_at,
    runs.completed_at
from batch_ops.runs
where runs.operation_id <> all (%(runs)s::uuid[])
order by runs.started_at desc
limit %(limit)s
"""
