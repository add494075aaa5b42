{#- Starts a planned run: exactly what was shown. Fails with the reason when it may not start. Returns {run, plan}. -#}
{% macro _portable_confirm(definition, given, operation_id) %}
    {%- set description = definition.description -%}
    {%- set not_started = description.operation ~ " was not started; nothing was changed: " -%}
    {%- do dbt_batch_ops._run_id(operation_id) -%}
    {%- set run = dbt_batch_ops._portable_load(operation_id | lower) -%}
    {%- set reason = dbt_batch_ops._portable_not_confirmed(run, operation_id, description, given.shown) -%}
    {%- if reason is not none -%}
        {%- do dbt_batch_ops._fail(not_started ~ reason ~ ".") -%}
    {%- endif -%}
    {%- set existing = dbt_batch_ops._portable_unfinished(description) -%}
    {%- if existing is not none -%}
        {%- do dbt_batch_ops._portable_refuse_unfinished(description, existing) -%}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- set plan = dbt_batch_ops._portable_plan(
        definition, dbt_batch_ops._portable_recalled(run), run.run_started_at, problems, opened=run.details
    ) -%}
    {%- do dbt_batch_ops._refuse_problems(description, problems | unique | list) -%}
    {%- do dbt_batch_ops._portable_name_staged(run, plan) -%}
    {%- set step = description.steps[0] -%}
    {%- if step.source.kind == "target" and description.on_limit == "refuse" -%}
        {%- set matching = dbt_batch_ops._portable_matching(plan, step) -%}
        {%- if matching > run.steps[0].total_records -%}
            {%- do dbt_batch_ops._fail(
                not_started ~ "more rows match now than the " ~ run.steps[0].total_records ~ " that plan " ~ operation_id
                ~ " showed; plan it again."
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {%- do run.update({"token": dbt_batch_ops._portable_value("select cast(uuid() as string)")}) -%}
    {%- do dbt_batch_ops._portable_begin() -%}
    {%- do dbt_batch_ops._portable_add_event(run, "running") -%}
    {%- do dbt_batch_ops._portable_commit() -%}
    {%- do dbt_batch_ops._portable_check_rivals(run, description) -%}
    {%- do dbt_batch_ops._say(description.operation ~ ", run " ~ run.operation_id ~ ", confirmed") -%}
    {%- do dbt_batch_ops._portable_say_scope(run, plan) -%}
    {{ return({"run": run, "plan": plan}) }}
{% endmacro %}
