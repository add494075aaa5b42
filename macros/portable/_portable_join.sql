{#- Goes on with an unfinished run; fails with the reason when that may not be. Returns {run, plan}. -#}
{% macro _portable_join(definition, given, operation_id) %}
    {%- set description = definition.description -%}
    {%- do dbt_batch_ops._run_id(operation_id) -%}
    {%- set run = dbt_batch_ops._portable_load(operation_id | lower) -%}
    {%- set reason = dbt_batch_ops._portable_not_joined(run, operation_id, description, given.shown) -%}
    {%- if reason is not none -%}
        {%- do dbt_batch_ops._fail(description.operation ~ " does not go on; nothing was changed: " ~ reason ~ ".") -%}
    {%- elif run.is_closed -%}
        {#- A command that was killed right after its last event has left them. -#}
        {%- do dbt_batch_ops._portable_drop_staged(run) -%}
        {{ return({"run": run, "plan": none}) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- set plan = dbt_batch_ops._portable_plan(
        definition, dbt_batch_ops._portable_recalled(run), run.run_started_at, problems, opened=run.details
    ) -%}
    {%- if problems -%}
        {%- do dbt_batch_ops._fail(dbt_batch_ops._bullets(
            description.operation ~ " does not go on; nothing was changed:", problems | unique | list
        )) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_name_staged(run, plan) -%}
    {%- do run.update({"token": dbt_batch_ops._portable_value("select cast(uuid() as string)")}) -%}
    {%- do dbt_batch_ops._say(
        description.operation ~ ", going on with run " ~ run.operation_id ~ " after "
        ~ "{:,}".format(run.processed_records) ~ " rows in " ~ "{:,}".format(run.batch_count) ~ " batches"
    ) -%}
    {%- set left = dbt_batch_ops._portable_left(run, 1, after=none, settled=false) -%}
    {%- do dbt_batch_ops._portable_begin() -%}
    {%- if left and dbt_batch_ops._portable_is_atomic() and run.status in ["running", "interrupted"] -%}
        {#- The batch that it was at, or about to begin. Its transaction left nothing, not even which of the two. -#}
        {%- do dbt_batch_ops._portable_insert("batch_events", {
            "operation_id": run.operation_id,
            "step_number": left[0].step_number,
            "batch_number": left[0].batch_number,
            "happened_at": dbt_batch_ops._portable_now(),
            "status": "interrupted",
            "token": run.token,
        }) -%}
        {%- do dbt_batch_ops._say(
            "  it was interrupted at batch " ~ left[0].batch_number
            ~ (" of step " ~ run.steps[left[0].step_number - 1].name if run.steps | length > 1 else "")
            ~ ", " ~ dbt_batch_ops._portable_keys_of(run, left[0]) ~ ", which changed nothing"
        ) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_add_event(run, "running") -%}
    {%- do dbt_batch_ops._portable_commit() -%}
    {%- do dbt_batch_ops._portable_settle(run, plan) -%}
    {{ return({"run": run, "plan": plan}) }}
{% endmacro %}
