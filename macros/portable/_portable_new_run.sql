{#- A run that is about to be opened, as `_portable_load` will tell it. -#}
{% macro _portable_new_run(plan, given) %}
    {%- set chosen = env_var("DBT_BATCH_OPS_OPERATION_ID", "") -%}
    {%- if chosen -%}
        {%- do dbt_batch_ops._run_id(chosen) -%}
    {%- endif -%}
    {%- set drawn = dbt_batch_ops._portable_rows(
        "select cast(uuid() as string) as operation_id, cast(uuid() as string) as token"
    )[0] -%}
    {%- set redacted = [] -%}
    {%- for name, parameter in plan.description.parameters.items() if parameter.redact and given["values"].get(name) is not none -%}
        {%- do redacted.append(name) -%}
    {%- endfor -%}
    {{ return({
        "operation_id": chosen or drawn.operation_id,
        "token": drawn.token,
        "opening_token": drawn.token,
        "event_number": 0,
        "operation": plan.description.operation,
        "status": "new",
        "is_closed": false,
        "processed_records": 0,
        "batch_count": 0,
        "total_records": 0,
        "error_count": 0,
        "max_records": plan.description.max_records,
        "parameters": given.shown,
        "redacted": redacted,
        "steps": dbt_batch_ops._portable_steps(plan.description),
    }) }}
{% endmacro %}
