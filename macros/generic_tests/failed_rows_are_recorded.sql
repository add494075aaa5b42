{#-
  Every row and every batch that is counted as failed is recorded with its error, and every recorded one is counted.
  Documented in _macros.yml.
-#}
{% test failed_rows_are_recorded(model, operation=none, within_days=none, runs=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["errors", "batches", "runs", "steps"], runs) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
with recorded as (
    select
        errors.operation_id,
        errors.step_number,
        errors.batch_number,
        count(*) filter (where errors.kind = 'row') as failed_rows,
        count(*) filter (where errors.kind = 'batch') as failed_batches
    from {{ reads.errors }} as errors
    where errors.kind in ('row', 'batch') and errors.resolved_at is null and errors.batch_number is not null
    group by errors.operation_id, errors.step_number, errors.batch_number
),

counted as (
    select batches.operation_id, batches.step_number, batches.batch_number, batches.status, batches.failed_records
    from {{ reads.batches }} as batches
),

both_of_them as (
    select
        coalesce(counted.operation_id, recorded.operation_id) as operation_id,
        coalesce(counted.step_number, recorded.step_number) as step_number,
        coalesce(counted.batch_number, recorded.batch_number) as batch_number,
        counted.status,
        counted.failed_records,
        coalesce(recorded.failed_rows, 0) as failed_rows,
        coalesce(recorded.failed_batches, 0) as failed_batches
    from counted
    full join recorded
        on
            counted.operation_id = recorded.operation_id
            and counted.step_number = recorded.step_number
            and counted.batch_number = recorded.batch_number
),

by_run as (
    select
        errors.operation_id,
        count(*) filter (where errors.kind <> 'run') as failures,
        count(*) as failures_and_errors_of_the_run
    from {{ reads.errors }} as errors
    where errors.kind <> 'retried' and errors.resolved_at is null
    group by errors.operation_id
),

findings as (
    select
        runs.operation,
        both_of_them.operation_id,
        both_of_them.step_number,
        both_of_them.batch_number,
        case
            when both_of_them.status is null
                then array[
                    'rows or the whole of it are recorded as failed, and it is not there',
                    both_of_them.failed_rows + both_of_them.failed_batches || ' errors', 'a batch'
                ]
            when both_of_them.failed_records > both_of_them.failed_rows
                then array[
                    'rows of it failed, and are not recorded', both_of_them.failed_rows || ' recorded',
                    both_of_them.failed_records || ' counted'
                ]
            when both_of_them.failed_records < both_of_them.failed_rows
                then array[
                    'rows of it are recorded as failed, and are not counted', both_of_them.failed_rows || ' recorded',
                    both_of_them.failed_records || ' counted'
                ]
            when both_of_them.status = 'failed' and both_of_them.failed_batches = 0
                then array['it failed as a whole, and that is not recorded', 'no error', 'an error']
        end as finding
    from both_of_them
    inner join {{ reads.runs }} as runs on both_of_them.operation_id = runs.operation_id
    where
        -- What a run that is one transaction has met is kept; its batches went with the rollback.
        (both_of_them.status is not null or runs.error_handling <> 'rollback_on_any_error')
        and {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    union all
    select
        runs.operation,
        runs.operation_id,
        null::integer as step_number,
        null::bigint as batch_number,
        case
            -- An error that a worker met on a run that another had just closed is not in the figure of the run.
            when
                runs.error_count < coalesce(by_run.failures, 0)
                or runs.error_count > coalesce(by_run.failures_and_errors_of_the_run, 0)
                then array[
                    'its number of errors is not that of the recorded ones', runs.error_count::text,
                    coalesce(by_run.failures_and_errors_of_the_run, 0)::text
                ]
        end as finding
    from {{ reads.runs }} as runs
    left join by_run on runs.operation_id = by_run.operation_id
    where runs.closed_at is not null and {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    {%- if reads.steps %}
    union all
    select
        runs.operation,
        steps.operation_id,
        steps.step_number,
        null::bigint as batch_number,
        case
            when invalid.counted <> coalesce(invalid.recorded, 0)
                then array[
                    'rows were left out as invalid, and are not all recorded', invalid.recorded || ' recorded',
                    invalid.counted || ' counted'
                ]
        end as finding
    from {{ reads.steps }} as steps
    inner join {{ reads.runs }} as runs on steps.operation_id = runs.operation_id
    cross join lateral (
        select
            (steps.source ->> 'invalid')::bigint as counted,
            (
                select count(*) from {{ reads.errors }} as errors
                where
                    errors.operation_id = steps.operation_id
                    and errors.step_number = steps.step_number
                    and errors.kind = 'invalid'
            ) as recorded
    ) as invalid
    where steps.source ? 'invalid' and {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    {%- endif %}
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
