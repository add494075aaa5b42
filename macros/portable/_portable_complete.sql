{#- Appends the end of a batch, and counts it in the run in hand. -#}
{% macro _portable_complete(run, batch, records, started) %}
    {%- set now = modules.datetime.datetime.now(modules.pytz.utc) -%}
    {%- do dbt_batch_ops._portable_insert("batch_events", {
        "operation_id": run.operation_id,
        "step_number": batch.step_number | int,
        "batch_number": batch.batch_number | int,
        "happened_at": dbt_batch_ops._portable_now(),
        "status": "completed",
        "token": run.token,
        "records": records,
        "started_at": (started or now).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "seconds": (now - (started or now)).total_seconds(),
    }) -%}
    {%- set step = run.steps[batch.step_number | int - 1] -%}
    {%- do step.update({"records": step.records + records, "batches": step.batches + 1}) -%}
    {%- do run.update({
        "processed_records": run.processed_records + records, "batch_count": run.batch_count + 1
    }) -%}
{% endmacro %}
