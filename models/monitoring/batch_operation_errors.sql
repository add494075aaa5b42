{{
    config(
        unique_key="error_key",
        full_refresh=dbt_batch_ops._keeps_history(),
        indexes=[
            {"columns": ["error_key"], "unique": true},
            {"columns": ["ledger_database", "ledger_horizon"]},
        ],
    )
}}

{% set continues = dbt_batch_ops._continues() -%}

with {{ dbt_batch_ops._ledger_window(continues) }}

select
    -- Numbers of errors begin anew in a ledger that is installed anew; ids of runs do not.
    pg_catalog.concat_ws(':', errors.operation_id, errors.error_id) as error_key,
    errors.operation_id,
    runs.operation,
    errors.step_number,
    steps.name as step_name,
    errors.batch_number,
    errors.error_id,
    errors.kind,
    errors.sqlstate,
    errors.error_message,
    errors.error_detail,
    errors.constraint_name,
    case
        when coalesce(errors.source_row, errors.row_key) is not null
            then pg_catalog.jsonb_build_array(coalesce(errors.source_row, errors.row_key))
        when coalesce(errors.range_hi, whole.range_hi) is not null
            then pg_catalog.jsonb_build_object(
                'range_lo', case when errors.range_hi is null then whole.range_lo else errors.range_lo end,
                'range_hi', coalesce(errors.range_hi, whole.range_hi)
            )
    end as failed_records,
    errors.row_key,
    errors.row_number,
    errors.source_line,
    errors.claim_number,
    errors.attempts,
    errors.occurred_at,
    errors.resolved_at is not null as is_resolved,
    errors.resolved_at,
    errors.resolved_by::text as resolved_by,
    errors.retry_requested as is_retry_requested,
    ledger.horizon as ledger_horizon,
    ledger.ledger_database
from {{ dbt_batch_ops._from(source("batch_ops", "errors")) }} as errors
inner join {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as runs on errors.operation_id = runs.operation_id
left join {{ dbt_batch_ops._from(source("batch_ops", "steps")) }} as steps
    on errors.operation_id = steps.operation_id and errors.step_number = steps.step_number
left join lateral (
    -- Of the few batches that are wanted, one by one; never a plan that reads all.
    select
        batches.range_lo,
        batches.range_hi
    from {{ dbt_batch_ops._from(source("batch_ops", "batches")) }} as batches
    where
        batches.operation_id = errors.operation_id
        and batches.step_number = errors.step_number
        and batches.batch_number = errors.batch_number
        and errors.range_hi is null
    order by batches.batch_number
    limit 1
) as whole on true
cross join ledger
where
    {{ dbt_batch_ops._is_new("errors") | indent(4) }}
