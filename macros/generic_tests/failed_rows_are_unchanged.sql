{#-
  No row of a table that the newest run of an operation has recorded as failed looks as if it had been changed.
  Documented in _macros.yml.
-#}
{% test failed_rows_are_unchanged(model, operation, changed_when) %}
{%- set reads = dbt_batch_ops._test_reads(none, ["errors", "runs", "steps"]) -%}
{%- set newest = dbt_batch_ops._newest_walk(reads, operation) if reads is not none else none -%}
{%- if newest is none -%}
{{ dbt_batch_ops._no_findings() }}
{%- else -%}
{%- set same_key = [] -%}
{%- for column in newest.key -%}
    {%- do same_key.append(
        "to_jsonb(data." ~ dbt_batch_ops._quote(column.name) ~ ") = errors.row_key -> " ~ dbt_batch_ops._literal(column.name)
    ) -%}
{%- endfor -%}
with findings as (
    select
        runs.operation,
        runs.operation_id,
        errors.step_number,
        errors.batch_number,
        array[
            'a row is recorded as failed, and was changed', errors.row_key::text,
            'not: ' || {{ dbt_batch_ops._literal(changed_when) }}
        ] as finding
    from (
        select *
        from {{ dbt_batch_ops._from(model) }} as rows_of_it
        where
            -- On lines of its own: it may end with a comment.
            (
                {{ changed_when }}
            )
    ) as data
    inner join {{ reads.errors }} as errors on {{ same_key | join(" and ") }}
    inner join {{ reads.runs }} as runs on errors.operation_id = runs.operation_id
    where
        errors.operation_id = {{ dbt_batch_ops._literal(newest.operation_id) }}
        and errors.kind = 'row'
        and errors.resolved_at is null
)

{{ dbt_batch_ops._findings() }}
{%- endif -%}
{% endtest %}
