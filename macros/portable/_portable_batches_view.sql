{#- The view `batches`: what became of each batch, from its events. -#}
{% macro _portable_batches_view() %}
create or replace view {{ dbt_batch_ops._portable_ledger("batches") }} as
select
    operation_id,
    step_number,
    batch_number,
    min(range_lo) as range_lo,
    min(range_hi) as range_hi,
    case
        when sum(case when status = 'completed' then 1 else 0 end) > 0 then 'completed'
        when sum(case when status = 'in_doubt' then 1 else 0 end) > 0 then 'in_doubt'
        when sum(case when status = 'intended' then 1 else 0 end) > 0 then 'intended'
        when sum(case when status = 'interrupted' then 1 else 0 end) > 0 then 'interrupted'
        else 'planned'
    end as status,
    max(expected_records) as expected_records,
    max(case when status = 'completed' then records end) as records,
    sum(case when status = 'interrupted' then 1 else 0 end) + greatest(
        sum(case when status = 'intended' then 1 else 0 end), sum(case when status = 'completed' then 1 else 0 end)
    ) as attempts,
    max(started_at) as started_at,
    max(case when status = 'completed' then happened_at end) as completed_at,
    max(case when status = 'completed' then seconds end) as seconds
from {{ dbt_batch_ops._portable_ledger("batch_events") }}
group by operation_id, step_number, batch_number
{% endmacro %}
