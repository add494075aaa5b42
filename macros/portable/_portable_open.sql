{#-
  Opens a run: its ranges and its first event, in one transaction where there are any; fails when it may not start.

  Returns {run, plan}. The run is `planned` when it waits for its confirmation, and none of its rows is changed.
-#}
{% macro _portable_open(definition, given) %}
    {%- set description = definition.description -%}
    {%- set keyed = dbt_batch_ops._portable_keyed(description, given.idempotency_key) -%}
    {%- if keyed is not none -%}
        {{ return(dbt_batch_ops._portable_answer(definition, given, keyed)) }}
    {%- endif -%}
    {%- set existing = dbt_batch_ops._portable_unfinished(description) -%}
    {%- if existing is not none and description.on_duplicate_run == "resume" -%}
        {{ return(dbt_batch_ops._portable_join(definition, given, existing)) }}
    {%- elif existing is not none -%}
        {%- do dbt_batch_ops._portable_refuse_unfinished(description, existing) -%}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- set plan = dbt_batch_ops._portable_plan(definition, given["values"], dbt_batch_ops._portable_now() ~ "+00:00", problems) -%}
    {%- if plan is not none -%}
        {%- do dbt_batch_ops._portable_check_rows(plan, given, problems) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._refuse_problems(description, problems | unique | list) -%}
    {%- do dbt_batch_ops._portable_check_preconditions(plan) -%}
    {%- set run = dbt_batch_ops._portable_new_run(plan, given) -%}
    {%- do dbt_batch_ops._portable_begin() -%}
    {%- do dbt_batch_ops._portable_withhold(run, given) -%}
    {%- do dbt_batch_ops._portable_stage(run, plan, given) -%}
    {%- set scope = dbt_batch_ops._portable_scope(run, plan, description.steps[0]) -%}
    {%- if scope.refused -%}
        {%- do dbt_batch_ops._portable_abandon(run) -%}
        {%- do dbt_batch_ops._refuse(description, {"over_limit": description.max_records}) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_open_step(
        run, plan, 1, scope, status="planned" if description.requires_confirmation else "running",
        more=dbt_batch_ops._portable_opening(run, plan, given)
    ) -%}
    {%- do dbt_batch_ops._portable_commit() -%}
    {%- if run.status != "planned" -%}
        {%- do dbt_batch_ops._portable_check_rivals(run, description) -%}
    {%- endif -%}
    {%- if run.status == "planned" -%}
        {%- do dbt_batch_ops._portable_show_plan(run, plan) -%}
    {%- else -%}
        {%- do dbt_batch_ops._say(description.operation ~ ", run " ~ run.operation_id) -%}
        {%- do dbt_batch_ops._portable_say_scope(run, plan) -%}
    {%- endif -%}
    {{ return({"run": run, "plan": plan}) }}
{% endmacro %}
