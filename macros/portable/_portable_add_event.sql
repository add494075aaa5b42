{#- Appends an event to a run; the run's own figures in hand follow it. -#}
{% macro _portable_add_event(run, status, more={}) %}
    {%- do run.update({"event_number": run.event_number + 1, "status": status}) -%}
    {%- do dbt_batch_ops._portable_insert("run_events", dict({
        "operation_id": run.operation_id,
        "event_number": run.event_number,
        "happened_at": dbt_batch_ops._portable_now(),
        "status": status,
        "token": run.token,
    }, **more)) -%}
{% endmacro %}
