{#-
  Opens the run for real inside a transaction, tells what it would do, and rolls everything back.

  So a dry run finds exactly what a run would find, also where the ledger is not installed yet.
-#}
{% macro _dry_run(definition, given) %}
    {%- set description = definition.description -%}
    {%- do run_query("begin isolation level read committed") -%}
    {%- do dbt_batch_ops._ensure_installed(in_transaction=true) -%}
    {%- set request = dict(dbt_batch_ops._prepare(definition, given), confirm_within_seconds=none) -%}
    {%- do run_query("select set_config('statement_timeout', '"
        ~ dbt_batch_ops._setting("batch_ops_count_timeout_seconds") | int ~ "s', true)") -%}
    {%- set opened = dbt_batch_ops._fetch("select batch_ops.open_run(" ~ dbt_batch_ops._json(request) ~ ")") -%}
    {%- if opened.status == "refused" -%}
        {%- do dbt_batch_ops._refuse(request.description, opened) -%}
    {%- endif -%}
    {%- set counted = dbt_batch_ops._fetch(
        "select batch_ops.count_matching(" ~ dbt_batch_ops._literal(opened.operation_id) ~ "::uuid)"
    ) -%}
    {%- do run_query("rollback") -%}
    {%- set step = opened.steps[0] -%}
    {%- set rows = "{:,}".format(counted.records) -%}
    {%- set batches = "{:,}".format(counted.batches) -%}
    {%- do dbt_batch_ops._say(description.operation ~ ", dry run: nothing was changed") -%}
    {%- do dbt_batch_ops._say(
        "  rows to " ~ "{:<9}".format(dbt_batch_ops._words(step.operation_type))
        ~ ("" if counted.is_exact else "about ") ~ rows
    ) -%}
    {%- do dbt_batch_ops._say(
        "  batches          " ~ ("about " if step.iterate_by == "range" else "") ~ batches
        ~ ", of at most " ~ "{:,}".format(step.batch_size) ~ " rows"
    ) -%}
    {%- do dbt_batch_ops._say(
        "  walk             " ~ (
            "staged rows" if step.iterate_by == "rows" else (
                ("staged keys" if step.iterate_by == "keys" else "along the key")
                ~ " (" ~ request.target.key | join(", ") ~ ")"
            )
        )
    ) -%}
    {%- for line in dbt_batch_ops._source_lines(step) + dbt_batch_ops._later_steps(opened) -%}
        {%- do dbt_batch_ops._say("  " ~ line) -%}
    {%- endfor -%}
    {%- for name, value in given["values"].items() -%}
        {%- do dbt_batch_ops._say("  " ~ "{:<17}".format(name) ~ tojson(value) | truncate(100, true)) -%}
    {%- endfor -%}
    {%- do dbt_batch_ops._say(
        "  statement of a batch ($1, $2: its ends, $3: the parameters):\n\n"
        ~ request.steps[0].plan[step.iterate_by].apply["0"]
    ) -%}
    {{ return(none) }}
{% endmacro %}
