{#- The view `batches`: what became of each batch, from its events. -#}
{% macro _portable_batches_view() %}
create or replace view {{ dbt_batch_ops._portable_ledger("batches") }} as
select
    batch_events.operation_id,
    batch_events.step_number,
    batch_events.batch_number,
    min(batch_events.range_lo) as range_lo,
    min(batch_events.range_hi) as range_hi,
    case
        when sum(case when batch_events.status = 'completed' then 1 else 0 end) > 0 then 'completed'
        when sum(case when batch_events.status = 'in_doubt' then 1 else 0 end) > 0 then 'in_doubt'
        when sum(case when batch_events.status = 'intended' then 1 else 0 end) > 0 then 'intended'
        when sum(case when batch_events.status = 'interrupted' then 1 else 0 end) > 0 then 'interrupted'
        else 'planned'
    end as status,
    max(batch_events.expected_records) as expected_records,
    max(case when batch_events.status = 'completed' then batch_events.records end) as records,
    sum(case when batch_events.status = 'interrupted' then 1 else 0 end) + greatest(
        sum(case when batch_events.status = 'intended' then 1 else 0 end), sum(case when batch_events.status = 'completed' then 1 else 0 end)
    ) as attempts,
    max(batch_events.started_at) as started_at,
    max(case when batch_events.status = 'completed' then batch_events.happened_at end) as completed_at,
    max(case when batch_events.status = 'completed' then batch_events.seconds end) as seconds,
    max(case when batch_events.status = 'intended' then batch_events.table_version end) as table_version,
    max(case when batch_events.status = 'intended' then batch_events.valid_until end) as valid_until
from {{ dbt_batch_ops._portable_ledger("batch_events") }} as batch_events
inner join (
    {{ dbt_batch_ops._portable_step_events() | trim | indent(4) }}
) as steps
    on
        batch_events.operation_id = steps.operation_id
        and batch_events.step_number = steps.step_number
        and steps.place = 1
where batch_events.status <> 'planned' or batch_events.token = steps.token
group by batch_events.operation_id, batch_events.step_number, batch_events.batch_number
{% endmacro %}
