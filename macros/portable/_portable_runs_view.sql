{#-
  The view `runs`: each run as its newest event has it.

  A run says `running` until it says otherwise. Where the database has one process only, whoever can look at it from
  elsewhere knows that nobody works on it: `interrupted`.
-#}
{% macro _portable_runs_view() %}
create or replace view {{ dbt_batch_ops._portable_ledger("runs") }} as
select
    opened.operation_id,
    opened.operation,
    opened.target,
    case
        when newest.status = 'running' then '{{ "interrupted" if dbt_batch_ops._portable_is_alone() else "running" }}'
        else newest.status
    end as status,
    newest.status in ('completed', 'cancelled') as is_closed,
    opened.spec_hash,
    opened.spec_path,
    opened.generator_version,
    opened.package_version,
    opened.idempotency_key,
    opened.happened_at as started_at,
    case when newest.status not in ('planned', 'running', 'paused') then newest.happened_at end as completed_at,
    coalesce(steps.total_records, 0) as total_records,
    coalesce(work.processed_records, 0) as processed_records,
    coalesce(work.batch_count, 0) as batch_count,
    work.active_seconds,
    newest.error_message,
    newest.token,
    newest.event_number
from (
    select
        *,
        row_number() over (partition by operation_id order by event_number, token) as place
    from {{ dbt_batch_ops._portable_ledger("run_events") }}
) as opened
inner join (
    select
        *,
        row_number() over (partition by operation_id order by event_number desc, token desc) as place
    from {{ dbt_batch_ops._portable_ledger("run_events") }}
) as newest on opened.operation_id = newest.operation_id and newest.place = 1
left join (
    select
        operation_id,
        sum(step_records) as total_records
    from (
        {{ dbt_batch_ops._portable_step_events() | trim | indent(8) }}
    ) as step_events
    where place = 1
    group by operation_id
) as steps on opened.operation_id = steps.operation_id
left join (
    select
        operation_id,
        sum(records) as processed_records,
        sum(case when status = 'completed' then 1 else 0 end) as batch_count,
        sum(seconds) as active_seconds
    from {{ dbt_batch_ops._portable_ledger("batches") }}
    group by operation_id
) as work on opened.operation_id = work.operation_id
where opened.place = 1
{% endmacro %}
