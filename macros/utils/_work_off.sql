{#-
  Calls time slices until the run needs no more of them, with a line of progress for each; returns its summary.

  Two loops because dbt caps `range()` at 100,000 and Jinja has no while: together they are enough for 11 years.
-#}
{% macro _work_off(summary) %}
    {%- set slice = dbt_batch_ops._setting("batch_ops_slice_seconds") -%}
    {%- set ns = namespace(
        state=none, working=true, records=summary.processed_records, batches=summary.batch_count,
        remaining=summary.remaining_seconds, held=none, step_number=none, step_records=0
    ) -%}
    {%- set started_at = modules.datetime.datetime.now() -%}
    {%- for hour in range(100000) if ns.working -%}
        {%- for turn in range(3600) if ns.working -%}
            {%- if ns.remaining is not none -%}
                {#-
                  For a batch that hangs. The clock starts with the CALL, so it is set anew for each slice; a second
                  more than is left, because the engine itself ends an orderly slice at the deadline.
                -#}
                {%- do run_query(
                    "set statement_timeout = " ~ ([ns.remaining | float, 0] | max * 1000 + 1000) | int
                ) -%}
            {%- endif -%}
            {%- set ns.state = dbt_batch_ops._fetch(
                "call batch_ops.work(" ~ dbt_batch_ops._literal(summary.operation_id) ~ "::uuid, interval '"
                ~ slice | float ~ " seconds', " ~ dbt_batch_ops._json(ns.state) ~ ")"
            ) -%}
            {%- set ns.records = ns.records + ns.state.records -%}
            {%- set ns.batches = ns.batches + ns.state.batches -%}
            {%- set ns.step_records = dbt_batch_ops._step_records(ns, summary) -%}
            {%- set ns.step_number = ns.state.step.number -%}
            {%- set ns.remaining = ns.state.remaining_seconds -%}
            {%- set ns.working = ns.state.status == "running" and not ns.state.interrupted -%}
            {%- if ns.state.batches > 0 or ns.state.waiting_for != ns.held -%}
                {%- do dbt_batch_ops._say(dbt_batch_ops._progress_line(summary, ns, started_at)) -%}
            {%- endif -%}
            {%- set ns.held = ns.state.waiting_for -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if summary.remaining_seconds is not none -%}
        {%- do run_query("reset statement_timeout") -%}
    {%- endif -%}
    {%- set ended = dbt_batch_ops._fetch(
        "select batch_ops.run_summary(" ~ dbt_batch_ops._literal(summary.operation_id) ~ "::uuid)"
    ) -%}
    {{ return(dict(ended, interrupted=ns.state.interrupted, waiting_for=ns.state.waiting_for)) }}
{% endmacro %}
