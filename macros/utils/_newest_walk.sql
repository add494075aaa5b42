{#-
  The newest run of an operation that has begun, none when there is none: its id, the columns of its table's key with their
  types, and the numbers of the steps that walk along that key.
-#}
{% macro _newest_walk(reads, operation) %}
    {%- set query %}
select jsonb_build_object(
    'operation_id', runs.operation_id,
    'key', (
        select jsonb_agg(
            jsonb_build_object(
                'name', keys.name, 'type', format_type(attributes.atttypid, attributes.atttypmod)
            ) order by keys.position
        )
        from {{ reads.steps }} as steps
        cross join lateral unnest(steps.key_columns) with ordinality as keys (name, position)
        left join pg_attribute as attributes
            on attributes.attrelid = to_regclass(runs.target) and attributes.attname = keys.name
        where steps.operation_id = runs.operation_id and steps.step_number = 1
    ),
    'by_key', (
        select coalesce(jsonb_agg(steps.step_number), '[]') from {{ reads.steps }} as steps
        where steps.operation_id = runs.operation_id and steps.iterate_by = 'range'
    )
)
from {{ reads.runs }} as runs
where runs.operation = {{ dbt_batch_ops._literal(operation) }} and runs.status <> 'planned'
order by runs.started_at desc
limit 1
    {%- endset %}
    {{ return(dbt_batch_ops._fetch(query)) }}
{% endmacro %}
