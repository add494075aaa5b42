{#-
  The rows in the batches of an operation's newest run look as the record says: as many were changed as it counts, and no
  more were left than failed. Documented in _macros.yml.

  For steps that walk along the key of the table: their ranges can be looked up in it at any time.
-#}
{% test applied_rows_agree(model, operation, changed_when=none, left_when=none) %}
{%- set reads = dbt_batch_ops._test_reads(none, ["batches", "runs", "steps"]) -%}
{%- if reads is not none -%}
    {#- What Citus has prepared and not finished is changed already, and cannot be seen yet. -#}
    {%- if run_query("select to_regprocedure('batch_ops.recover_prepared()')").columns[0].values()[0] is not none -%}
        {%- do run_query("select batch_ops.recover_prepared()") -%}
    {%- endif -%}
{%- endif -%}
{%- set newest = dbt_batch_ops._newest_walk(reads, operation) if reads is not none else none -%}
{%- if newest is none or not newest.by_key or (changed_when is none and left_when is none) -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
{%- set key = [] -%}
{%- set lo = [] -%}
{%- set hi = [] -%}
{%- for column in newest.key -%}
    {%- do key.append("data." ~ dbt_batch_ops._quote(column.name)) -%}
    {%- do lo.append("(batches.range_lo ->> " ~ loop.index0 ~ ")::" ~ column.type) -%}
    {%- do hi.append("(batches.range_hi ->> " ~ loop.index0 ~ ")::" ~ column.type) -%}
{%- endfor -%}
{%- set key = "(" ~ key | join(", ") ~ ")" -%}
with counted as (
    {%- for is_first in [true, false] %}
    select
        batches.operation_id,
        batches.step_number,
        batches.batch_number,
        batches.records,
        batches.failed_records,
        found.changed_rows,
        found.left_rows
    from {{ reads.batches }} as batches
    cross join lateral (
        select
            count(*) filter (
                where
                -- On lines of its own: it may end with a comment.
                {{ changed_when if changed_when is not none else "false" }}
            ) as changed_rows,
            count(*) filter (
                where
                {{ left_when if left_when is not none else "false" }}
            ) as left_rows
        from {{ dbt_batch_ops._from(model) }} as data
        where
            {{ key }} <= ({{ hi | join(", ") }})
            {%- if not is_first %}
            and {{ key }} > ({{ lo | join(", ") }})
            {%- endif %}
    ) as found
    where
        batches.operation_id = {{ dbt_batch_ops._literal(newest.operation_id) }}
        and batches.step_number in ({{ newest.by_key | join(", ") }})
        and batches.status = 'completed'
        and batches.range_lo is {{ "null" if is_first else "not null" }}
    {%- if is_first %}
    union all
    {%- endif %}
    {%- endfor %}
),

findings as (
    select
        runs.operation,
        counted.operation_id,
        counted.step_number,
        counted.batch_number,
        case
            {%- if changed_when is not none %}
            when counted.changed_rows < counted.records
                then array[
                    'rows are recorded as changed, and do not look so', counted.changed_rows || ' rows: '
                    || {{ dbt_batch_ops._literal(changed_when) }}, counted.records || ' rows'
                ]
            {%- endif %}
            {%- if left_when is not none %}
            when counted.left_rows > counted.failed_records
                then array[
                    'more rows were left than failed', counted.left_rows || ' rows: '
                    || {{ dbt_batch_ops._literal(left_when) }}, counted.failed_records || ' rows at most'
                ]
            {%- endif %}
        end as finding
    from counted
    inner join {{ reads.runs }} as runs on counted.operation_id = runs.operation_id
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
