{#-
  One batch: its statement and its end in the ledger, in one transaction where there are any.

  Where there are none it is announced first, so that whoever goes on knows what to look for.
-#}
{% macro _portable_work_batch(run, plan, step, batch) %}
    {%- set started = modules.datetime.datetime.now(modules.pytz.utc) -%}
    {%- set mark = dbt_batch_ops._portable_mark(run.operation_id, batch.step_number, batch.batch_number) -%}
    {%- set marker = dbt_batch_ops._portable_marker(run.operation_id, batch.step_number, batch.batch_number) -%}
    {%- set range = (
        "source.batch_ordinal = 1" if step.source.kind == "once"
        else dbt_batch_ops._portable_range(plan.key, plan.key_types, batch.range_lo, batch.range_hi)
    ) ~ ("\n    and " ~ marker if marker else "") -%}
    {%- set own = dbt_batch_ops._portable_statements(plan, step, range) -%}
    {%- do dbt_batch_ops._portable_begin() -%}
    {%- if not dbt_batch_ops._portable_is_atomic() -%}
        {%- do dbt_batch_ops._portable_insert("batch_events", {
            "operation_id": run.operation_id,
            "step_number": batch.step_number,
            "batch_number": batch.batch_number,
            "happened_at": dbt_batch_ops._portable_now(),
            "status": "intended",
            "token": run.token,
            "table_version": run.table_version,
        }) -%}
        {#- Whoever takes the run over from here on knows of this batch. -#}
        {%- do dbt_batch_ops._portable_check_token(run) -%}
    {%- endif -%}
    {%- set records = dbt_batch_ops._portable_statement(plan.relation, own.apply, mark, run.table_version) -%}
    {%- if records and run.table_version is not none -%}
        {#- It was a commit, so the next batch need not look for its own before it. -#}
        {%- do run.update({"table_version": run.table_version + 1}) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_complete(run, batch, records, started) -%}
    {%- do dbt_batch_ops._portable_commit() -%}
{% endmacro %}
