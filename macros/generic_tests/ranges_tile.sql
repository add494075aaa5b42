{#-
  Batches are numbered without holes, each begins where the one before it ends, and the last of a completed step ends
  where the step does. Documented in _macros.yml.
-#}
{% test ranges_tile(model, operation=none, within_days=none, runs=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["batches", "runs", "steps"], runs) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
{%- set scope = dbt_batch_ops._in_test_scope(operation, within_days) -%}
with neighbours as (
    select
        batches.operation_id,
        batches.step_number,
        batches.batch_number,
        batches.range_lo,
        batches.range_hi,
        lag(batches.batch_number) over step as previous_number,
        lag(batches.range_hi) over step as previous_hi
    from {{ reads.batches }} as batches
    {%- if scope != "true" %}
    -- Said here as well: what stands behind a window is not looked for before it.
    where batches.operation_id in (select runs.operation_id from {{ reads.runs }} as runs where {{ scope }})
    {%- endif %}
    window step as (partition by batches.operation_id, batches.step_number order by batches.batch_number)
),

findings as (
    select
        runs.operation,
        neighbours.operation_id,
        neighbours.step_number,
        neighbours.batch_number,
        case
            when neighbours.batch_number <> coalesce(neighbours.previous_number, 0) + 1
                then array[
                    case
                        when neighbours.batch_number <= neighbours.previous_number then 'its number is there twice'
                        else 'batches before it are missing'
                    end,
                    'batch ' || neighbours.batch_number || ' behind ' || coalesce(neighbours.previous_number, 0),
                    'batch ' || coalesce(neighbours.previous_number, 0) + 1
                ]
            when neighbours.range_lo is distinct from neighbours.previous_hi
                then array[
                    case
                        when neighbours.previous_hi is null then 'the first range does not begin at the beginning'
                        when neighbours.range_lo is null then 'its range begins at the beginning again'
                        when not ({{ dbt_batch_ops._are_numbers("neighbours.range_lo", "neighbours.previous_hi") }})
                            then 'its range does not begin where the one before it ends'
                        when neighbours.range_lo > neighbours.previous_hi
                            then 'there is a gap between its range and the one before it'
                        else 'its range overlaps the one before it'
                    end,
                    'from ' || coalesce(neighbours.range_lo::text, 'the beginning'),
                    'from ' || coalesce(neighbours.previous_hi::text, 'the beginning')
                ]
            when
                neighbours.range_lo = neighbours.range_hi
                or (
                    neighbours.range_lo > neighbours.range_hi
                    and {{ dbt_batch_ops._are_numbers("neighbours.range_lo", "neighbours.range_hi") }}
                )
                then array[
                    'its range ends before it begins', neighbours.range_hi::text, 'beyond ' || neighbours.range_lo::text
                ]
        end as finding
    from neighbours
    inner join {{ reads.runs }} as runs on neighbours.operation_id = runs.operation_id
    where {{ scope }}
    {%- if reads.steps %}
    union all
    select
        runs.operation,
        steps.operation_id,
        steps.step_number,
        null::bigint as batch_number,
        case
            when last_batch.range_hi is distinct from steps.upper_bound
                then array[
                    'the step is completed, but its batches do not end where it does',
                    last_batch.range_hi::text, steps.upper_bound::text
                ]
        end as finding
    from {{ reads.steps }} as steps
    inner join {{ reads.runs }} as runs on steps.operation_id = runs.operation_id
    left join lateral (
        select batches.range_hi
        from {{ reads.batches }} as batches
        where batches.operation_id = steps.operation_id and batches.step_number = steps.step_number
        order by batches.batch_number desc
        limit 1
    ) as last_batch on true
    where steps.status = 'completed' and {{ scope }}
    {%- endif %}
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
