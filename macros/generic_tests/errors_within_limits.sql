{#-
  A run that says that it is completed has not more failures than it may have: `max_errors`, for each of its workers
  `max_errors_per_worker`, and none where its policy bears none. Documented in _macros.yml.

  While a run with several workers fails over its limit, each may record the failures of one batch more; it then says failed.
-#}
{% test errors_within_limits(model, operation=none, within_days=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["runs", "errors", "workers", "steps"]) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
with failures as (
    select
        errors.operation_id,
        count(*) as failures,
        count(*) filter (where errors.kind <> 'invalid') as rows_and_batches
    from {{ reads.errors }} as errors
    where errors.kind in ('invalid', 'row', 'batch') and errors.resolved_at is null
    group by errors.operation_id
),

findings as (
    select
        runs.operation,
        runs.operation_id,
        null::integer as step_number,
        null::bigint as batch_number,
        case
            when runs.error_handling not in ('continue_on_error', 'collect_errors') and failures.rows_and_batches > 0
                then array[
                    'it is completed, and has failures that it does not bear (' || runs.error_handling || ')',
                    failures.rows_and_batches || ' failed rows or batches', 'none'
                ]
            when not runs.skip_invalid_rows and failures.failures > failures.rows_and_batches
                then array[
                    'it is completed, and has invalid rows that it does not bear',
                    failures.failures - failures.rows_and_batches || ' invalid rows', 'none'
                ]
            when runs.error_handling in ('continue_on_error', 'collect_errors') and failures.failures > runs.max_errors
                then array[
                    'it is completed, and has more failures than max_errors', failures.failures || ' failures',
                    runs.max_errors || ' at most'
                ]
        end as finding
    from {{ reads.runs }} as runs
    inner join failures on runs.operation_id = failures.operation_id
    where runs.status = 'completed' and {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    {%- if reads.workers %}
    union all
    select
        runs.operation,
        runs.operation_id,
        null::integer as step_number,
        null::bigint as batch_number,
        array[
            'it is completed, and a worker has gone on over max_errors_per_worker',
            workers.failed || ' failures in session ' || workers.pid,
            runs.max_errors_per_worker || ', and those of one batch, at most'
        ] as finding
    from {{ reads.workers }} as workers
    inner join {{ reads.runs }} as runs on workers.operation_id = runs.operation_id
    inner join (
        select steps.operation_id, max(steps.batch_size) as batch_size
        from {{ reads.steps }} as steps
        group by steps.operation_id
    ) as sizes on workers.operation_id = sizes.operation_id
    where
        runs.status = 'completed'
        and workers.failed > runs.max_errors_per_worker + sizes.batch_size
        and {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    {%- endif %}
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
