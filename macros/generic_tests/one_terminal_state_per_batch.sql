{#-
  A batch is there once, and what it says of itself fits together: it is completed, or failed, or still to be done, never
  two of these. Documented in _macros.yml.
-#}
{% test one_terminal_state_per_batch(model, operation=none, within_days=none, runs=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["batches", "runs", "errors"], runs) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
with failures as (
    select distinct errors.operation_id, errors.step_number, errors.batch_number
    from {{ reads.errors }} as errors
    where errors.kind = 'batch' and errors.resolved_at is null and errors.batch_number is not null
),

findings as (
    select
        runs.operation,
        batches.operation_id,
        batches.step_number,
        batches.batch_number,
        case
            when batches.status not in ('claimed', 'released', 'completed', 'failed')
                then array['it has a status that there is not', batches.status, 'claimed, released, completed or failed']
            when batches.records < 0 or batches.failed_records < 0
                then array[
                    'it has less rows than none',
                    batches.records || ' changed, ' || batches.failed_records || ' failed', 'none or more'
                ]
            when batches.status = 'completed' and batches.records is null
                then array['it is completed, and does not say how many rows it changed', null, 'a number of rows']
            when batches.status = 'completed' and batches.completed_at is null
                then array['it is completed, and does not say when', null, 'a time']
            when batches.status = 'completed' and batches.applied_hi <> batches.range_hi
                then array['it is completed, but was not applied to its end', batches.applied_hi::text, batches.range_hi::text]
            when batches.status in ('completed', 'failed', 'claimed') and batches.retry_at is not null
                then array['it is ' || batches.status || ', and is to be tried again', batches.retry_at::text, 'no next attempt']
            when batches.status = 'completed' and batches.sqlstate is not null and batches.failed_records = 0
                then array['it is completed, and no row of it failed, but it has an error', batches.sqlstate, 'no error']
            when batches.status = 'completed' and failures.batch_number is not null
                then array['it is completed, and is recorded as failed', 'completed and failed', 'one of both']
            when batches.status = 'failed' and batches.completed_at is not null
                then array['it is failed, and says when it was completed', batches.completed_at::text, 'no time']
            when batches.status = 'failed' and batches.sqlstate is null
                then array['it is failed, and does not say of what', null, 'an SQLSTATE']
            when runs.status = 'completed' and runs.closed_at is not null and batches.status in ('claimed', 'released')
                then array['its run is completed', batches.status, 'completed']
            when
                runs.status = 'completed'
                and runs.closed_at is not null
                and batches.status = 'failed'
                and runs.error_handling not in ('continue_on_error', 'collect_errors')
                then array['its run is completed, and bears no failed batch (' || runs.error_handling || ')', 'failed', 'completed']
        end as finding
    from {{ reads.batches }} as batches
    inner join {{ reads.runs }} as runs on batches.operation_id = runs.operation_id
    left join failures
        on
            batches.operation_id = failures.operation_id
            and batches.step_number = failures.step_number
            and batches.batch_number = failures.batch_number
    where {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    union all
    select
        min(runs.operation) as operation,
        batches.operation_id,
        batches.step_number,
        batches.batch_number,
        array['it is there more than once', min(batches.status) || ', ' || max(batches.status), 'once'] as finding
    from {{ reads.batches }} as batches
    inner join {{ reads.runs }} as runs on batches.operation_id = runs.operation_id
    where {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    group by batches.operation_id, batches.step_number, batches.batch_number
    having count(*) > 1
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
