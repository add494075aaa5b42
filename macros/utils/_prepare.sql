{#-
  Holds the operation against the live database and returns the request that `batch_ops.open_run` takes.

  Args:
    export (bool): the rows go to a client instead of being changed.
-#}
{% macro _prepare(definition, given, export=false, operation_id=none) %}
    {%- set described = dict(definition.description, target=definition.description.target | string) -%}
    {%- set checked = dict(given["values"]) -%}
    {%- for name, parameter in described.parameters.items() if name in given.queries -%}
        {%- do checked.update({name: []}) -%}
    {%- endfor -%}
    {%- set live = dbt_batch_ops._fetch(
        "select batch_ops.describe_target(" ~ dbt_batch_ops._json(described) ~ ", " ~ dbt_batch_ops._json(checked) ~ ")"
    ) -%}
    {%- set problems = given.problems + live.problems -%}
    {%- if live.operation_id is not defined -%}
        {%- do dbt_batch_ops._refuse_problems(described, problems) -%}
    {%- else -%}
        {#- Chosen by a client that must know its run before it is open, as `dbt-batch-ops run` does. -#}
        {%- set chosen = operation_id or env_var("DBT_BATCH_OPS_OPERATION_ID", "") -%}
        {%- if chosen -%}
            {%- do dbt_batch_ops._run_id(chosen) -%}
            {%- do live.update({"operation_id": chosen}) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set plan = {
        "description": described,
        "live": live,
        "sources": dbt_batch_ops._sources(described, live, given, problems),
        "outputs": dbt_batch_ops._outputs(described, live),
        "problems": problems,
        "export": export,
    } -%}
    {%- do dbt_batch_ops._refuse_problems(described, problems) -%}
    {%- set steps = [] -%}
    {%- for step in described.steps -%}
        {%- set turn = loop.index -%}
        {%- for part in dbt_batch_ops._shard_plans(plan, step) -%}
            {%- do steps.append(dict(
                dbt_batch_ops._step_plan(part, step, steps | length + 1, definition.statements[step.name]), turn=turn
            )) -%}
            {%- do dbt_batch_ops._refuse_problems(described, problems | unique | list) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set first = dbt_batch_ops._fragments(plan, described.steps[0], "true", "once", false) -%}
    {{ return({
        "description": described,
        "arguments": given["values"],
        "sources": plan.sources.values() | list,
        "preconditions": definition.preconditions(first) if definition.preconditions else [],
        "target": live,
        "file_name": plan.sources.values() | selectattr("kind", "equalto", "csv") | map(attribute="file_name") | first | default(none),
        "package_version": dbt_batch_ops._version(),
        "claim_timeout_seconds": dbt_batch_ops._setting("batch_ops_claim_timeout_seconds"),
        "batch_timeout_seconds": dbt_batch_ops._setting("batch_ops_batch_timeout_seconds"),
        "lock_timeout_seconds": dbt_batch_ops._setting("batch_ops_lock_timeout_seconds"),
        "idempotency_key": given.get("idempotency_key"),
        "confirm_within_seconds": dbt_batch_ops._setting("batch_ops_confirm_within_seconds")
            if described.requires_confirmation else none,
        "steps": steps,
    }) }}
{% endmacro %}
