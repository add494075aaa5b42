"""What is asked of the ledger for a report: sums, so that a million batches arrive as some hundred rows."""

RUN = """
select
    runs.operation_id::text as operation_id,
    runs.operation,
    runs.description,
    runs.target,
    runs.status,
    runs.closed_at is not null as is_closed,
    runs.error_handling,
    runs.spec_path,
    runs.spec_hash,
    runs.generator_version,
    runs.package_version,
    runs.run_as::text as run_as,
    runs.timezone,
    runs.file_name,
    runs.max_workers,
    runs.max_errors,
    runs.max_retries,
    runs.collect_metrics,
    runs.stop_reason,
    runs.started_at,
    runs.completed_at,
    runs.deadline_at,
    runs.pause_requested_at is not null as is_to_pause,
    clock_timestamp() as read_at
from batch_ops.runs
where runs.operation_id = %(run)s
"""

# A value may be a list of a million ids; what is shown of it says how long it is.
PARAMETERS = """
select
    given.key as name,
    left(
        case jsonb_typeof(given.value) when 'string' then given.value #>> '{}' else given.value::text end,
        1000
    ) as value,
    length(given.value::text) > 1000 as is_cut,
    case jsonb_typeof(given.value) when 'array' then jsonb_array_length(given.value) end as items
from batch_ops.runs
cross join lateral jsonb_each(
    case jsonb_typeof(runs.parameters)
        when 'object' then batch_ops.shown_parameters(runs.parameters, runs.redacted_parameters)
        else '{}'::jsonb
    end
) as given
where runs.operation_id = %(run)s
order by given.key
limit 100
"""

STEPS = """
select
    steps.step_number as number,
    steps.name,
    steps.operation_type,
    steps.status,
    steps.iterate_by,
    steps.batch_size,
    steps.total_records as total,
    coalesce(steps.total_is_exact, true) as total_is_exact,
    steps.started_at,
    steps.completed_at,
    coalesce(done.records, 0)::bigint as records,
    coalesce(done.failed, 0)::bigint as failed,
    coalesce(done.batches, 0)::bigint as batches,
    done.wal_bytes::bigint as wal_bytes,
    extract(epoch from done.lock_wait)::double precision as lock_wait,
    coalesce(
        steps.statements -> 'apply',
        steps.plan #> array[coalesce(steps.iterate_by, 'range'), 'apply']
    ) as statements
from batch_ops.steps
left join (
    select
        batches.step_number,
        sum(batches.records) as records,
        sum(batches.failed_records) as failed,
        count(*) filter (where batches.status = 'completed') as batches,
        sum(batches.wal_bytes) as wal_bytes,
        sum(batches.lock_wait) as lock_wait
    from batch_ops.batches
    where batches.operation_id = %(run)s
    group by batches.step_number
) as done on steps.step_number = done.step_number
where steps.operation_id = %(run)s
order by steps.step_number
"""

# Who is dead may have done batches since its last sign of life.
WORKERS = """
select
    workers.worker_id,
    workers.pid,
    workers.role,
    extract(epoch from workers.joined_at)::double precision as joined,
    extract(epoch from greatest(
        case
            when workers.ended_at is null and activity.pid is not null then clock_timestamp()
            else coalesce(workers.ended_at, workers.heartbeat_at)
        end,
        done.last_at,
        workers.joined_at
    ))::double precision as ended,
    case
        when workers.ended_at is null and activity.pid is not null then null
        when workers.ended_at is null then 'its session is gone'
        else workers.stop_reason
    end as stop_reason,
    workers.ended_at is null and activity.pid is not null as is_live,
    coalesce(done.batches, 0) as batches,
    coalesce(done.records, 0)::bigint as records,
    coalesce(done.failed, 0)::bigint as failed,
    coalesce(done.busy, 0)::double precision as busy
from batch_ops.workers
left join (
    select
        batches.worker_id,
        count(*) filter (where batches.status = 'completed') as batches,
        sum(batches.records) as records,
        sum(batches.failed_records) as failed,
        max(batches.completed_at) as last_at,
        sum(extract(epoch from batches.completed_at - batches.started_at)) as busy
    from batch_ops.batches
    where batches.operation_id = %(run)s
    group by batches.worker_id
) as done on workers.worker_id = done.worker_id
left join pg_catalog.pg_stat_activity as activity
    on
        workers.pid = activity.pid
        and coalesce(activity.backend_start, workers.backend_start) = workers.backend_start
where workers.operation_id = %(run)s
order by workers.worker_id
limit 2000
"""

DURATIONS = """
select
    count(*) as batches,
    min(took.seconds) as least,
    avg(took.seconds) as mean,
    max(took.seconds) as most,
    percentile_disc(array[0.5, 0.9, 0.95, 0.99]) within group (order by took.seconds) as percentiles
from (
    select extract(epoch from completed_at - started_at)::double precision as seconds
    from batch_ops.batches
    where operation_id = %(run)s and status = 'completed' and started_at is not null
) as took
"""

# Ten bars for each factor of ten.
HISTOGRAM = """
select
    floor(10 * log(greatest(extract(epoch from completed_at - started_at), 0.00001)))::integer as bin,
    count(*) as batches
from batch_ops.batches
where operation_id = %(run)s and status = 'completed' and started_at is not null
group by 1
order by 1
"""

BUCKETS = """
select
    width_bucket(extract(epoch from completed_at)::double precision, %(begins)s::double precision[]) as place,
    count(*) as batches,
    coalesce(sum(records), 0)::bigint as records,
    coalesce(sum(failed_records), 0)::bigint as failed,
    percentile_disc(array[0.5, 0.95]) within group (
        order by extract(epoch from completed_at - started_at)::double precision
    ) as percentiles,
    max(extract(epoch from completed_at - started_at))::double precision as most
from batch_ops.batches
where operation_id = %(run)s and status = 'completed' and completed_at is not null
group by 1
order by 1
"""

ERROR_BUCKETS = """
select
    width_bucket(extract(epoch from occurred_at)::double precision, %(begins)s::double precision[]) as place,
    count(*) filter (where kind <> 'retried') as failures,
    count(*) filter (where kind = 'retried') as retries
from batch_ops.errors
where operation_id = %(run)s
group by 1
order by 1
"""

SHIFTS = """
select
    worker_id,
    width_bucket(extract(epoch from completed_at)::double precision, %(begins)s::double precision[]) as place,
    count(*) as batches,
    sum(records)::bigint as records,
    min(batch_number) as first_batch,
    max(batch_number) as last_batch,
    extract(epoch from min(started_at))::double precision as began,
    extract(epoch from max(completed_at))::double precision as ended,
    sum(extract(epoch from completed_at - started_at))::double precision as busy
from batch_ops.batches
where operation_id = %(run)s and completed_at is not null and worker_id = any (%(workers)s::bigint[])
group by 1, 2
order by 1, 2
"""

BATCHES = """
select
    worker_id,
    step_number,
    batch_number,
    coalesce(records, 0) as records,
    failed_records as failed,
    extract(epoch from started_at)::double precision as began,
    extract(epoch from completed_at)::double precision as ended
from batch_ops.batches
where operation_id = %(run)s and completed_at is not null and worker_id = any (%(workers)s::bigint[])
order by worker_id, started_at
limit %(limit)s
"""

CAUSES = """
with numbered as (
    select
        errors.*,
        row_number() over causes as place,
        count(*) over whole as number,
        count(*) filter (where errors.resolved_at is null) over whole as unmended,
        min(errors.occurred_at) over whole as first_at,
        max(errors.occurred_at) over whole as last_at
    from batch_ops.errors
    where errors.operation_id = %(run)s
    window
        whole as (partition by errors.kind, errors.sqlstate, errors.constraint_name),
        causes as (partition by errors.kind, errors.sqlstate, errors.constraint_name order by errors.error_id)
)

select
    kind,
    sqlstate,
    constraint_name,
    max(number) as number,
    max(unmended) as unmended,
    min(first_at) as first_at,
    max(last_at) as last_at,
    left((array_agg(error_message order by error_id))[1], 1000) as message,
    array_agg(
        left(coalesce(
            row_key::text,
            'row ' || row_number || coalesce(', line ' || source_line, ''),
            'batch ' || batch_number,
            'the run itself'
        ), 200)
        order by error_id
    ) as keys
from numbered
where place <= 5
group by kind, sqlstate, constraint_name
order by kind = 'retried', max(number) desc, sqlstate, constraint_name
limit 51
"""

SLOWEST = """
select
    batches.step_number as step,
    batches.batch_number as number,
    batches.range_lo::text as lo,
    batches.range_hi::text as hi,
    coalesce(batches.records, 0) as records,
    batches.failed_records as failed,
    workers.pid,
    batches.claim_number,
    batches.started_at,
    extract(epoch from batches.completed_at - batches.started_at)::double precision as seconds
from batch_ops.batches
left join batch_ops.workers on batches.worker_id = workers.worker_id
where batches.operation_id = %(run)s and batches.status = 'completed' and batches.started_at is not null
order by batches.completed_at - batches.started_at desc, batches.step_number, batches.batch_number
limit 10
"""

CONTROLS = """
select
    action,
    requested_at,
    requested_by::text as requested_by,
    host(client_address) as client_address,
    application
from batch_ops.controls
where operation_id = %(run)s
order by control_id
limit 200
"""

TOTALS = """
select
    count(*) filter (where kind <> 'retried' and resolved_at is null) as errors,
    count(*) filter (where kind in ('row', 'invalid') and resolved_at is null) as failed_records,
    count(*) filter (where kind <> 'retried' and resolved_at is not null) as mended,
    count(*) filter (where kind = 'retried') as retries
from batch_ops.errors
where operation_id = %(run)s
"""
