{#-
  No row is recorded as failed and changed: a failed row is recorded once, within its batch and behind nothing that is still
  to be done, and a batch has not more rows than its range. Documented in _macros.yml.
-#}
{% test no_row_failed_and_changed(model, operation=none, within_days=none, runs=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["errors", "batches", "runs", "steps"], runs) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
with failed_rows as (
    select
        errors.operation_id,
        errors.step_number,
        errors.batch_number,
        errors.range_hi,
        -- Rows that were given have a number of their own, by which one may be invalid as well.
        coalesce(
            'row ' || errors.row_number,
            {{ "'key ' || errors.range_hi::text" if reads.steps else "'error ' || errors.error_id" }}
        ) as failed_row
    from {{ reads.errors }} as errors
    where errors.kind in ('row', 'invalid') and errors.resolved_at is null
),

findings as (
    select
        runs.operation,
        failed_rows.operation_id,
        failed_rows.step_number,
        max(failed_rows.batch_number) as batch_number,
        array['a row is recorded as failed more than once', failed_rows.failed_row || ': ' || count(*), 'once'] as finding
    from failed_rows
    inner join {{ reads.runs }} as runs on failed_rows.operation_id = runs.operation_id
    where failed_rows.failed_row is not null and {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    group by runs.operation, failed_rows.operation_id, failed_rows.step_number, failed_rows.failed_row
    having count(*) > 1
    {%- if reads.steps %}
    union all
    select
        runs.operation,
        failed_rows.operation_id,
        failed_rows.step_number,
        failed_rows.batch_number,
        case
            -- Whoever does the rest of it begins behind applied_hi; without one it would do all of it again.
            when batches.applied_hi is null
                then array[
                    'a row of it failed, and it does not say how far it was applied', failed_rows.failed_row || ' failed',
                    'applied up to there'
                ]
            when not ({{ dbt_batch_ops._are_numbers("failed_rows.range_hi", "batches.range_hi") }}) then null
            when failed_rows.range_hi <= batches.range_lo or failed_rows.range_hi > batches.range_hi
                then array[
                    'a failed row is not one of its rows', failed_rows.failed_row,
                    'beyond ' || coalesce(batches.range_lo::text, 'the beginning') || ', up to ' || batches.range_hi::text
                ]
            when failed_rows.range_hi > batches.applied_hi
                then array[
                    'a row failed beyond what was applied of it', failed_rows.failed_row, 'up to ' || batches.applied_hi::text
                ]
        end as finding
    from failed_rows
    inner join {{ reads.batches }} as batches
        on
            failed_rows.operation_id = batches.operation_id
            and failed_rows.step_number = batches.step_number
            and failed_rows.batch_number = batches.batch_number
    inner join {{ reads.runs }} as runs on failed_rows.operation_id = runs.operation_id
    where {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    union all
    select
        runs.operation,
        batches.operation_id,
        batches.step_number,
        batches.batch_number,
        case
            when
                coalesce(batches.records, 0) + batches.failed_records
                > (batches.range_hi -> 0)::numeric - coalesce((batches.range_lo -> 0)::numeric, countable.first_lo)
                then array[
                    'more rows are recorded as changed or failed than its range can have',
                    coalesce(batches.records, 0) || ' changed, ' || batches.failed_records || ' failed',
                    (batches.range_hi -> 0)::numeric - coalesce((batches.range_lo -> 0)::numeric, countable.first_lo)
                    || ' at most'
                ]
        end as finding
    from {{ reads.batches }} as batches
    inner join {{ reads.runs }} as runs on batches.operation_id = runs.operation_id
    inner join (
        select
            steps.operation_id,
            steps.step_number,
            -- Ordinals begin with 1; before the first key of a table there may be any number of others.
            case when steps.iterate_by <> 'range' then 0 end as first_lo
        from {{ reads.steps }} as steps
        where
            -- Ordinals, each of one row, and integer keys. A row that was given may stand for several rows of the table.
            steps.iterate_by = 'keys'
            or (steps.iterate_by = 'rows' and steps.operation_type in ('insert', 'upsert', 'custom_function'))
            or (steps.iterate_by = 'range' and steps.statements -> 'is_integer_key' = 'true')
    ) as countable
        on batches.operation_id = countable.operation_id and batches.step_number = countable.step_number
    where {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    {%- endif %}
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
