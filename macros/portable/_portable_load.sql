{#-
  A run as its newest event has it, with its steps, in the words of PostgreSQL's summary; none when there is none.

  status is what the event says: whether somebody works on it, only the caller can know.
-#}
{% macro _portable_load(operation_id) %}
    {%- set of_run = " where operation_id = " ~ dbt_batch_ops._portable_literal(operation_id | string, "string") -%}
    {%- set found = dbt_batch_ops._portable_rows(
        "select operation, target, status, is_closed, spec_hash, idempotency_key, processed_records, batch_count, total_records,"
        ~ " active_seconds, error_message, event_number, token from " ~ dbt_batch_ops._portable_ledger("runs") ~ of_run
    ) -%}
    {%- if not found -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set first = dbt_batch_ops._portable_rows(
        "select token, parameters, run_started_at, details, cast(happened_at as string) as happened_at from "
        ~ dbt_batch_ops._portable_ledger("run_events") ~ of_run ~ " order by event_number, token limit 1"
    )[0] -%}
    {%- set details = fromjson(first.details) -%}
    {%- set steps = details.steps -%}
    {%- for row in dbt_batch_ops._portable_rows(
        "select step_number, step_records as records, step_matching as matching, token from (\n"
        ~ dbt_batch_ops._portable_step_events() | trim ~ "\n) as step_events" ~ of_run ~ " and place = 1"
    ) -%}
        {%- set step = steps[row.step_number | int - 1] -%}
        {%- do step.update({"is_open": true, "total_records": row.records | int, "token": row.token}) -%}
        {%- if step.iterate_by == "range" and row.matching is not none and row.matching > row.records -%}
            {%- do step.update({"source": {"limited": true}}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for row in dbt_batch_ops._portable_rows(
        "select step_number, coalesce(sum(records), 0) as records, count(*) as batches from "
        ~ dbt_batch_ops._portable_ledger("batches") ~ of_run ~ " and status = 'completed' group by step_number"
    ) -%}
        {%- do steps[row.step_number | int - 1].update({"records": row.records | int, "batches": row.batches | int}) -%}
    {%- endfor -%}
    {%- set run = found[0] -%}
    {%- set seconds = run.active_seconds | float if run.active_seconds is not none else 0 -%}
    {{ return({
        "operation_id": operation_id | string,
        "operation": run.operation,
        "target": run.target,
        "status": run.status,
        "is_closed": run.is_closed,
        "spec_hash": run.spec_hash,
        "idempotency_key": run.idempotency_key,
        "processed_records": run.processed_records | int,
        "batch_count": run.batch_count | int,
        "total_records": run.total_records | int,
        "active_seconds": seconds,
        "records_per_second": run.processed_records | int / seconds if seconds > 0 else none,
        "retry_count": 0,
        "error_count": 0,
        "error_message": run.error_message,
        "event_number": run.event_number | int,
        "token": run.token,
        "opening_token": first.token,
        "max_records": details.max_records,
        "parameters": fromjson(first.parameters),
        "redacted": details.redacted or [],
        "run_started_at": first.run_started_at,
        "opened_at": first.happened_at,
        "details": details,
        "steps": steps,
    }) }}
{% endmacro %}
