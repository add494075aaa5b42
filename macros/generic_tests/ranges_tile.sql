{#-
  Batches are numbered without holes, each begins where the one before it ends, and the last of a completed step ends
  where the step does. Documented in _macros.yml.
-#}
{% test ranges_tile(model, operation=none, within_days=none, runs=none) %}
{%- set reads = dbt_batch_ops._test_reads(model, ["batches", "runs", "steps"], runs) -%}
{%- if reads is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
with ranges as (
    select batches.operation_id, batches.step_number, batches.batch_number, batches.range_lo, batches.range_hi
    from {{ reads.batches }} as batches
    {%- if reads.steps %}
    union all
    -- The end of a completed step, as one more range behind its batches: it begins where they must have ended.
    select steps.operation_id, steps.step_number, null as batch_number, steps.upper_bound as range_lo, null as range_hi
    from {{ reads.steps }} as steps
    where steps.status = 'completed'
    {%- endif %}
),

neighbours as (
    select
        runs.operation,
        ranges.*,
        lag(ranges.batch_number) over step as previous_number,
        lag(ranges.range_hi) over step as previous_hi
    from ranges
    inner join {{ reads.runs }} as runs on ranges.operation_id = runs.operation_id
    where {{ dbt_batch_ops._in_test_scope(operation, within_days) }}
    window step as (
        partition by ranges.operation_id, ranges.step_number order by ranges.batch_number nulls last
    )
),

findings as (
    select
        neighbours.operation,
        neighbours.operation_id,
        neighbours.step_number,
        neighbours.batch_number,
        case
            when neighbours.batch_number is null then
                case
                    when neighbours.range_lo is distinct from neighbours.previous_hi
                        then array[
                            'the step is completed, but its batches do not end where it does',
                            neighbours.previous_hi::text, neighbours.range_lo::text
                        ]
                end
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
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
