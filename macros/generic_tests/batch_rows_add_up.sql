{#-
  What a closed run says that it has done is what its batches have done, and no row that a step was given is unaccounted
  for. Documented in _macros.yml.
-#}
{% test batch_rows_add_up(model, operation=none, within_days=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["runs", "batches", "steps"]) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
with sums as (
    select
        batches.operation_id,
        sum(batches.records) as records,
        count(*) filter (where batches.status = 'completed') as completed
    from {{ reads.batches }} as batches
    group by batches.operation_id
),

findings as (
    select
        runs.operation,
        runs.operation_id,
        null::integer as step_number,
        null::bigint as batch_number,
        case
            when runs.processed_records <> coalesce(sums.records, 0)
                then array[
                    'its rows are not those of its batches', runs.processed_records::text, coalesce(sums.records, 0)::text
                ]
            when runs.batch_count <> coalesce(sums.completed, 0)
                then array[
                    'its batches are not those that are completed', runs.batch_count::text, coalesce(sums.completed, 0)::text
                ]
        end as finding
    from {{ reads.runs }} as runs
    left join sums on runs.operation_id = sums.operation_id
    where runs.closed_at is not null and {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    {%- if reads.steps %}
    union all
    select
        runs.operation,
        runs.operation_id,
        steps.step_number,
        null::bigint as batch_number,
        case
            when accounts.given <> accounts.taken + accounts.invalid + accounts.superseded + accounts.left_out
                then array[
                    'the rows that the step was given are not those that it took, and those that it did not',
                    accounts.given::text,
                    accounts.taken || ' taken + ' || accounts.invalid || ' invalid + ' || accounts.superseded
                    || ' superseded + ' || accounts.left_out || ' over the limit'
                ]
        end as finding
    from {{ reads.steps }} as steps
    inner join {{ reads.runs }} as runs on steps.operation_id = runs.operation_id
    cross join lateral (
        select
            (steps.source ->> 'given')::bigint as given,
            steps.total_records as taken,
            (steps.source ->> 'invalid')::bigint as invalid,
            (steps.source ->> 'superseded')::bigint as superseded,
            (steps.source ->> 'left_out')::bigint as left_out
    ) as accounts
    where
        -- Of a list of keys it depends on the table how many rows they are.
        steps.iterate_by = 'rows'
        and steps.source ? 'left_out'
        and {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    {%- endif %}
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
