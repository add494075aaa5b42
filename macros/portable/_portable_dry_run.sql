{#- Tells rows, batches and the first statement of a run, from queries alone: nothing is written, not even the ledger. -#}
{% macro _portable_dry_run(definition, given) %}
    {%- set description = definition.description -%}
    {%- set problems = given.problems -%}
    {%- set plan = dbt_batch_ops._portable_plan(
        definition, given["values"], dbt_batch_ops._portable_now() ~ "+00:00", problems
    ) -%}
    {%- if plan is not none -%}
        {%- do dbt_batch_ops._portable_check_rows(plan, given, problems) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._refuse_problems(description, problems | unique | list) -%}
    {%- if dbt_batch_ops._portable_is_installed() -%}
        {%- set existing = dbt_batch_ops._portable_unfinished(description) -%}
        {%- if existing is not none -%}
            {%- do dbt_batch_ops._portable_refuse_unfinished(description, existing) -%}
        {%- endif -%}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_check_preconditions(plan) -%}
    {%- set run = {"processed_records": 0, "steps": dbt_batch_ops._portable_steps(description)} -%}
    {%- set step = description.steps[0] -%}
    {%- set found = dbt_batch_ops._portable_foreseen(run, plan, step, given) -%}
    {%- set batch = found if found.batches | int > 0 else none -%}
    {%- do dbt_batch_ops._say(description.operation ~ ", dry run: nothing was changed") -%}
    {%- do dbt_batch_ops._say(
        "  rows to " ~ "{:<9}".format(dbt_batch_ops._words(step.operation_type)) ~ "{:,}".format(batch.records | int if batch else 0)
    ) -%}
    {%- do dbt_batch_ops._say(
        "  batches          " ~ "{:,}".format(batch.batches | int if batch else 0)
        ~ ", of at most " ~ "{:,}".format(step.batch_size) ~ " rows"
    ) -%}
    {%- do dbt_batch_ops._say(
        "  walk             " ~ (
            "once" if step.source.kind == "once"
            else "along the key (" ~ plan.key | join(", ") ~ ")" if step.source.kind == "target" else "staged rows"
        )
    ) -%}
    {%- for line in dbt_batch_ops._later_steps(run) + dbt_batch_ops._portable_limits(description) -%}
        {%- do dbt_batch_ops._say("  " ~ line) -%}
    {%- endfor -%}
    {%- for name, value in given.shown.items() -%}
        {%- do dbt_batch_ops._say("  " ~ "{:<17}".format(name) ~ tojson(value) | truncate(100, true)) -%}
    {%- endfor -%}
    {%- do dbt_batch_ops._say(
        "  statement of the first batch:\n\n"
        ~ dbt_batch_ops._portable_statements(dbt_batch_ops._portable_shown_plan(plan), step, dbt_batch_ops._portable_first_range(plan, step, batch)).apply
    ) -%}
{% endmacro %}
