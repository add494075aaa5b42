{#- What the first event of a run says of it; the SQL of each step is kept for audit, with its range left open. -#}
{% macro _portable_opening(run, plan, given) %}
    {%- set description = plan.description -%}
    {%- set sql = {} -%}
    {%- set shown = dbt_batch_ops._portable_shown_plan(plan) -%}
    {%- for step in description.steps -%}
        {%- do sql.update({step.name: dbt_batch_ops._portable_statements(shown, step, "{range}").apply}) -%}
    {%- endfor -%}
    {{ return({
        "operation": description.operation,
        "target": description.target | string,
        "spec_hash": description.spec_hash,
        "spec_path": description.spec_path,
        "generator_version": description.generator_version,
        "package_version": dbt_batch_ops._version(),
        "idempotency_key": given.idempotency_key,
        "parameters": tojson(given.shown),
        "run_started_at": plan.run_started_at,
        "details": tojson({
            "key": plan.key,
            "max_records": description.max_records,
            "steps": run.steps,
            "redacted": run.redacted,
            "statements": sql,
        }),
    }) }}
{% endmacro %}
