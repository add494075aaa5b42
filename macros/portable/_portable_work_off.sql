{#- Works off the steps of a run one after another, each when the one before it is done, and closes the run. -#}
{% macro _portable_work_off(run, plan) %}
    {%- set started_at = modules.datetime.datetime.now(modules.pytz.utc) -%}
    {%- set at_start = {"processed_records": run.processed_records, "steps": run.steps} -%}
    {%- do run.update({"table_version": dbt_batch_ops._portable_version(plan.relation)}) -%}
    {%- for step in plan.description.steps -%}
        {%- if not run.steps[loop.index0].is_open -%}
            {%- if not dbt_batch_ops._portable_is_alone() -%}
                {%- do dbt_batch_ops._portable_check_token(run) -%}
            {%- endif -%}
            {%- set scope = dbt_batch_ops._portable_scope(run, plan, step) -%}
            {%- if scope.refused -%}
                {%- do dbt_batch_ops._portable_stop(
                    run, "failed", "stopped by itself: for step " ~ step.name ~ " more rows match than max_records = "
                    ~ "{:,}".format(plan.description.max_records) ~ " leaves"
                ) -%}
            {%- endif -%}
            {%- do dbt_batch_ops._portable_begin() -%}
            {%- do dbt_batch_ops._portable_open_step(run, plan, loop.index, scope) -%}
            {%- do dbt_batch_ops._portable_commit() -%}
        {%- endif -%}
        {%- do dbt_batch_ops._portable_work_step(run, plan, loop.index, at_start, started_at) -%}
    {%- endfor -%}
    {%- do dbt_batch_ops._portable_begin() -%}
    {%- do dbt_batch_ops._portable_add_event(run, "completed") -%}
    {%- do dbt_batch_ops._portable_drop_staged(run) -%}
    {%- do dbt_batch_ops._portable_commit() -%}
{% endmacro %}
