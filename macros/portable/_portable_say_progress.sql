{#- One line of progress of a step. -#}
{% macro _portable_say_progress(run, number, at_start, started_at, completed) %}
    {%- set step = run.steps[number - 1] -%}
    {%- do dbt_batch_ops._say(dbt_batch_ops._progress_line(
        at_start,
        {
            "records": run.processed_records,
            "step_records": step.records,
            "failed": 0,
            "state": {"step": dict(step, completed=completed)},
        },
        started_at.astimezone().replace(tzinfo=none)
    )) -%}
{% endmacro %}
