{#-
  Every statement of a step, filled for the engine, and how the step is walked.

  Args:
    plan (dict): description, live, sources, outputs, problems, shard.
    step (dict): the step, as its generated definition describes it.
    statements (macro): the step's own statements as a function of fragments.

  $1 and $2 are the ends of a range, $3 the parameters, $4 the run's start, $5 and $6 the sizes of a boundary.
-#}
{% macro _step_plan(plan, step, number, statements) %}
    {%- set walks_target = step.source.kind == "target" -%}
    {%- set staged_table = dbt_batch_ops._staged_name(plan.live, number) -%}
    {%- set has_lists = step.lists | length > 0 -%}
    {{ return({
        "number": number,
        "name": step.name ~ (" on " ~ plan.shard.leaf if plan.shard else ""),
        "shard": plan.shard,
        "operation_type": step.operation_type,
        "batch_size": step.batch_size,
        "iterate_by": "rows" if not walks_target else (
            "keys" if (
                has_lists or plan.description.max_records is not none or plan.description.requires_confirmation
                or step.operation_type in ["insert", "upsert"]
            ) and not (plan.export and plan.description.max_records is none and not has_lists)
            else plan.description.iterate_by or ("range" if plan.shard else none)
        ),
        "asynchronous": plan.live.asynchronous and step.operation_type != "custom_function" and not plan.export,
        "idempotent": step.idempotent | default(false),
        "staged_table": staged_table if walks_target else none,
        "output_table": plan.outputs.get(step.name),
        "list": dbt_batch_ops._driving_list(plan, step) if not plan.shard or plan.shard.is_first else none,
        "plan": dbt_batch_ops._target_plan(plan, step, statements, staged_table) if walks_target
            else dbt_batch_ops._rows_plan(plan, step, statements),
    }) }}
{% endmacro %}
